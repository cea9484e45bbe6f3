-- The best $3 matches of the words $1, of the kind $2 or of all. Resemblance is that of trigrams (pg_trgm): the share of
-- those of the words that the name has in a row. A name that contains the words, or resembles them by the threshold of the session, 0.45,
-- is found by the index on items; there are few of the others.
WITH asked AS (
    SELECT support.searchable($1::text) AS words
),

found AS (
    SELECT
        'item' AS kind,
        item.item_id AS id,
        item.item_name AS name,
        item.family AS detail
    FROM core.dim_item AS item
    WHERE
        coalesce($2::text, 'item') = 'item'
        AND (
            support.searchable(item.item_id || ' ' || item.item_name)
            LIKE '%' || regexp_replace((SELECT words FROM asked), '([\\%_])', '\\\1', 'g') || '%'
            OR support.searchable(item.item_id || ' ' || item.item_name)
            OPERATOR(support.%>) (SELECT words FROM asked)
        )
    UNION ALL
    SELECT
        'site',
        site.site_id,
        site.site_name,
        site.site_type
    FROM core.dim_site AS site
    WHERE coalesce($2::text, 'site') = 'site'
    UNION ALL
    SELECT
        'supplier',
        supplier.supplier_id,
        supplier.supplier_name,
        NULL
    FROM core.dim_supplier AS supplier
    WHERE coalesce($2::text, 'supplier') = 'supplier'
    UNION ALL
    SELECT
        'order',
        line.order_id,
        line.order_id,
        min(supplier.supplier_name)
    FROM core.fact_purchase_lines AS line
    LEFT JOIN core.dim_supplier AS supplier ON supplier.supplier_id = line.supplier_id
    WHERE coalesce($2::text, 'order') = 'order' AND strpos(lower(line.order_id), (SELECT words FROM asked)) > 0
    GROUP BY line.order_id
),

ranked AS (
    SELECT
        found.*,
        CASE
            WHEN support.searchable(found.id) = asked.words THEN 5
            WHEN starts_with(support.searchable(found.id), asked.words) THEN 4
            WHEN starts_with(support.searchable(found.name), asked.words) THEN 3
            WHEN strpos(support.searchable(found.id || ' ' || found.name), asked.words) > 0 THEN 2
            ELSE support.word_similarity(asked.words, support.searchable(found.name))
        END::float8 AS rank
    FROM found
    CROSS JOIN asked
)

SELECT
    kind,
    id,
    name,
    detail,
    rank
FROM ranked
WHERE rank >= 0.45
ORDER BY rank DESC, length(name), kind, id
LIMIT $3::int
