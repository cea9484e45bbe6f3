SELECT
    origin,
    count(*) FILTER (WHERE supplier_id = 'ALL') AS rows_of_all,
    bool_and(p50_days <= p90_days AND p90_days <= p95_days) AS percentiles_rise
FROM analytics.supplier_lead_times
WHERE origin BETWEEN %(first)s AND %(last)s
GROUP BY origin
HAVING count(*) FILTER (WHERE supplier_id = 'ALL') <> 1 OR NOT bool_and(p50_days <= p90_days AND p90_days <= p95_days)
