-- Suppliers over the last 364 days of data.
SELECT
    supplier_id,
    supplier_name,
    orders,
    lines,
    ordered_brl::float8 AS ordered_brl,
    ordered_reason,
    after_the_fact_lines,
    purchase_time_median_days,
    received_lines,
    lead_time_mean_days,
    lead_time_median_days,
    lead_time_p90_days,
    lead_time_median_91d_days,
    lead_time_median_before_days,
    promised_mean_days,
    due_lines,
    on_time_lines,
    overdue_lines,
    on_time_rate,
    receipt_reason,
    as_of
FROM analytics.mv_supplier_performance
