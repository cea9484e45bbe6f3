-- Demand of each item and whole week from $1 up to, and without, week $2; weeks before an item's first demand have no row.
SELECT
    item_id,
    week,
    demand::double precision AS demand
FROM analytics.features_demand_weekly
WHERE week >= $1::date AND week < $2::date AND demand > 0
ORDER BY item_id, week
