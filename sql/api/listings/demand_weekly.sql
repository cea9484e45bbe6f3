-- Demand by item and week, sites pooled, complete with zeros.
SELECT
    item_id,
    week,
    demand::float8 AS demand,
    request_lines
FROM analytics.features_demand_weekly
