SELECT
    order_id,
    line_no,
    item_id,
    unit_price_brl,
    usual_price_brl,
    score
FROM core.fact_price_anomalies
WHERE requested_on BETWEEN %(first)s AND %(last)s
ORDER BY abs(score) DESC NULLS FIRST
