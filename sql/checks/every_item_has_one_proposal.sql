SELECT days.date, items.item_id
FROM (SELECT DISTINCT date FROM analytics.recommendations WHERE date BETWEEN %(first)s AND %(last)s) AS days
CROSS JOIN core.dim_item AS items
WHERE NOT EXISTS (
    SELECT
    FROM analytics.recommendations AS proposed
    WHERE proposed.date = days.date AND proposed.item_id = items.item_id
)
