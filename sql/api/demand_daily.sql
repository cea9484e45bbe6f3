-- Daily demand of the item $1 from $2 to $3, by site; days without demand have no row.
SELECT
    date,
    site_id,
    demand::float8 AS demand
FROM core.fact_demand_daily
WHERE
    item_id = $1::text
    AND ($2::date IS NULL OR date >= $2)
    AND ($3::date IS NULL OR date <= $3)
ORDER BY date, site_id
LIMIT $4::int
