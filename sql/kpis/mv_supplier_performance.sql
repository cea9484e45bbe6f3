-- Suppliers over the last 364 days of data, materials only; the last 91 days apart from those before.
WITH data_end AS (
    SELECT
        max(requested_on) AS date,
        count(received_on) > 0 AS has_receipts,
        count(unit_price_brl) > 0 AS has_prices
    FROM core.fact_purchase_lines
),

lines AS (
    SELECT
        lines.*,
        data_end.date AS data_end,
        data_end.has_receipts,
        data_end.has_prices,
        CASE WHEN lines.received_on >= lines.ordered_on THEN lines.received_on - lines.ordered_on END AS lead_days,
        lines.received_on > data_end.date - 91 AS is_recent,
        lines.promised_on BETWEEN lines.ordered_on AND data_end.date
        AND NOT (lines.rest_cancelled AND lines.received_on IS NULL) AS was_due
    FROM core.fact_purchase_lines AS lines
    INNER JOIN core.dim_item AS items ON lines.item_id = items.item_id
    CROSS JOIN data_end
    WHERE NOT items.is_service AND lines.ordered_on > data_end.date - 364
)

SELECT
    lines.supplier_id,
    suppliers.supplier_name,
    count(DISTINCT lines.order_id) AS orders,
    count(*) AS lines,
    sum(lines.ordered_qty * lines.unit_price_brl) AS ordered_brl,
    CASE WHEN NOT bool_and(lines.has_prices) THEN 'prices_not_in_source' END AS ordered_reason,
    count(*) FILTER (WHERE lines.after_the_fact) AS after_the_fact_lines,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY lines.ordered_on - lines.requested_on)
        FILTER (WHERE NOT lines.after_the_fact) AS purchase_time_median_days,
    count(lines.lead_days) AS received_lines,
    avg(lines.lead_days)::double precision AS lead_time_mean_days,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY lines.lead_days) AS lead_time_median_days,
    percentile_cont(0.9) WITHIN GROUP (ORDER BY lines.lead_days) AS lead_time_p90_days,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY lines.lead_days) FILTER (WHERE lines.is_recent)
        AS lead_time_median_91d_days,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY lines.lead_days) FILTER (WHERE NOT lines.is_recent)
        AS lead_time_median_before_days,
    avg(lines.promised_on - lines.ordered_on) FILTER (WHERE lines.promised_on >= lines.ordered_on)::double precision
        AS promised_mean_days,
    count(*) FILTER (WHERE lines.was_due) AS due_lines,
    count(*) FILTER (WHERE lines.was_due AND lines.received_on <= lines.promised_on) AS on_time_lines,
    count(*) FILTER (WHERE lines.was_due AND lines.received_on IS NULL AND lines.has_receipts) AS overdue_lines,
    CASE WHEN bool_and(lines.has_receipts) THEN
        count(*) FILTER (WHERE lines.was_due AND lines.received_on <= lines.promised_on)::double precision
        / nullif(count(*) FILTER (WHERE lines.was_due), 0)
    END AS on_time_rate,
    CASE WHEN NOT bool_and(lines.has_receipts) THEN 'receipts_not_in_source' END AS receipt_reason,
    lines.data_end AS as_of
FROM lines
INNER JOIN core.dim_supplier AS suppliers ON lines.supplier_id = suppliers.supplier_id
GROUP BY lines.supplier_id, suppliers.supplier_name, lines.data_end
