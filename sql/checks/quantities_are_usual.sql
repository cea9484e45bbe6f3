SELECT
    item_id,
    site_id,
    date,
    demand,
    usual_demand,
    score
FROM core.fact_demand_anomalies
WHERE date BETWEEN %(first)s AND %(last)s
ORDER BY abs(score) DESC
