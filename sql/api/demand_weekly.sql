-- Weekly demand of the item $1 from $2 to $3, sites pooled.
SELECT
    week AS date,
    'ALL' AS site_id,
    demand::float8 AS demand
FROM analytics.features_demand_weekly
WHERE
    item_id = $1::text
    AND ($2::date IS NULL OR week >= $2)
    AND ($3::date IS NULL OR week <= $3)
ORDER BY week
LIMIT $4::int
