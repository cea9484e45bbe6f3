-- Demand by item, site and day; days without demand have no row.
SELECT
    item_id,
    site_id,
    date,
    demand::float8 AS demand,
    request_lines,
    demand_value_brl::float8 AS demand_value_brl
FROM core.fact_demand_daily
