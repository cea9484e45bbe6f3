-- The unit prices farthest from what their item usually costs; those that cannot be at all come first.
SELECT
    anomalies.order_id,
    anomalies.line_no,
    items.item_name,
    anomalies.supplier_id,
    anomalies.unit_price_brl,
    anomalies.usual_price_brl,
    anomalies.score
FROM core.fact_price_anomalies AS anomalies
INNER JOIN core.dim_item AS items USING (item_id)
ORDER BY abs(anomalies.score) DESC NULLS FIRST, anomalies.requested_on DESC
LIMIT 10
