SELECT
    lines.supplier_id,
    suppliers.supplier_name,
    items.family,
    count(*) FILTER (WHERE NOT lines.after_the_fact AND lines.ordered_on IS NOT NULL) AS lines,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY lines.ordered_on - lines.requested_on)
        FILTER (WHERE NOT lines.after_the_fact) AS median_days,
    percentile_cont(0.9) WITHIN GROUP (ORDER BY lines.ordered_on - lines.requested_on)
        FILTER (WHERE NOT lines.after_the_fact) AS p90_days,
    count(*) FILTER (WHERE lines.after_the_fact) AS after_the_fact_lines,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY lines.received_on - lines.ordered_on) AS receipt_lead_time_days,
    CASE WHEN count(lines.received_on) = 0 THEN 'receipts_not_in_source' END AS receipt_reason
FROM core.fact_purchase_lines AS lines
INNER JOIN core.dim_item AS items ON lines.item_id = items.item_id
INNER JOIN core.dim_supplier AS suppliers ON lines.supplier_id = suppliers.supplier_id
WHERE NOT items.is_service
GROUP BY lines.supplier_id, suppliers.supplier_name, items.family
