-- Lead times by supplier and family, of the family $1 and the supplier $2 or of all.
SELECT
    supplier_id,
    supplier_name,
    family,
    lines,
    median_days,
    p90_days,
    after_the_fact_lines,
    receipt_lead_time_days,
    receipt_reason
FROM analytics.mv_lead_time_supplier_family
WHERE
    ($1::text IS NULL OR family = $1)
    AND ($2::text IS NULL OR supplier_id = $2)
ORDER BY supplier_name, supplier_id, family
LIMIT $3::int
