-- Share of unusual quantities by family, the families with most of them.
SELECT
    items.family,
    count(*) AS demands,
    count(anomalies.item_id) AS flagged,
    count(anomalies.item_id)::double precision / count(*) AS share
FROM core.fact_demand_daily AS demand
INNER JOIN core.dim_item AS items USING (item_id)
LEFT JOIN core.fact_demand_anomalies AS anomalies
    ON demand.item_id = anomalies.item_id AND demand.site_id = anomalies.site_id AND demand.date = anomalies.date
GROUP BY items.family
HAVING count(anomalies.item_id) > 0
ORDER BY flagged DESC, share DESC, items.family
LIMIT 12
