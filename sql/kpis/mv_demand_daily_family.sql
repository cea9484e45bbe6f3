SELECT
    demand.date,
    items.family,
    items.unit,
    sum(demand.demand) AS demand,
    sum(demand.request_lines) AS request_lines,
    count(DISTINCT demand.item_id) AS items
FROM core.fact_demand_daily AS demand
INNER JOIN core.dim_item AS items ON demand.item_id = items.item_id
GROUP BY demand.date, items.family, items.unit
