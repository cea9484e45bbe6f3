SELECT
    origin,
    item_id,
    site_id,
    count(DISTINCT model) FILTER (WHERE served) AS served_models
FROM analytics.fact_forecasts
WHERE origin BETWEEN %(first)s AND %(last)s
GROUP BY origin, item_id, site_id
HAVING count(DISTINCT model) FILTER (WHERE served) <> 1
