-- Weekly demand of materials by site, from $1 to the day before $2.
SELECT
    daily.item_id,
    daily.site_id,
    date_trunc('week', daily.date)::date AS week,
    sum(daily.demand)::double precision AS demand
FROM core.fact_demand_daily AS daily
INNER JOIN core.dim_item AS items ON daily.item_id = items.item_id
WHERE daily.date >= $1 AND daily.date < $2 AND NOT items.is_service
GROUP BY daily.item_id, daily.site_id, date_trunc('week', daily.date)
HAVING sum(daily.demand) > 0
