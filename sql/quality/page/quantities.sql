-- The quantities farthest from what their item usually has.
SELECT
    anomalies.item_id,
    items.item_name,
    anomalies.site_id,
    anomalies.date,
    anomalies.demand,
    items.unit,
    anomalies.usual_demand,
    anomalies.score
FROM core.fact_demand_anomalies AS anomalies
INNER JOIN core.dim_item AS items USING (item_id)
ORDER BY abs(anomalies.score) DESC, anomalies.date DESC
LIMIT 10
