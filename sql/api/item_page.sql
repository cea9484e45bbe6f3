-- One page of the items that pass the filter. The names in braces come from the closed table of orders in
-- nova_api/items/queries.py. Unknown values come last in both directions; the id settles ties.
-- The order is by the stored column, which "overview." says: a bare name would mean the rounded one of the output.
-- The search ignores case and accents: "conexao" finds "CONEXÃO".
-- $1 q, $2 family, $3 category, $4 demand_class, $5 abc_class, $6 is_service, $7 active,
-- $8 whether a page came before, $9 sort value and $10 id of its last row, $11 rows wanted.
SELECT
    item_id,
    item_name,
    family,
    category,
    unit,
    is_service,
    active,
    demand_class,
    abc_class,
    abc_basis,
    xyz_class,
    last_demand_on,
    demand_52w::float8 AS demand_52w,
    request_lines_52w,
    origin,
    served_model,
    forecast_4w,
    lead_time_median_days,
    lead_time_p90_days,
    overview.{column}::text AS sort_value
FROM analytics.mv_item_overview AS overview
WHERE
    (
        $1::text IS NULL
        OR strpos(
            regexp_replace(normalize(lower(item_id || ' ' || item_name), NFD), '[\u0300-\u036f]', '', 'g'),
            regexp_replace(normalize(lower($1), NFD), '[\u0300-\u036f]', '', 'g')
        ) > 0
    )
    AND ($2::text IS NULL OR family = $2)
    AND ($3::text IS NULL OR category = $3)
    AND ($4::text IS NULL OR demand_class = $4)
    AND ($5::text IS NULL OR abc_class = $5)
    AND ($6::boolean IS NULL OR is_service = $6)
    AND ($7::boolean IS NULL OR active = $7)
    AND CASE
        WHEN NOT $8::boolean THEN true
        WHEN $9::text IS NULL THEN overview.{column} IS NULL AND item_id > $10::text
        ELSE
            overview.{column} IS NULL
            OR overview.{column} {comparison} $9::text::{type}
            OR (overview.{column} = $9::text::{type} AND item_id > $10::text)
    END
ORDER BY overview.{column} {direction} NULLS LAST, item_id ASC
LIMIT $11::int
