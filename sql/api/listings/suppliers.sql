-- Suppliers, with what the last 364 days tell of them.
SELECT
    supplier.supplier_id,
    supplier.supplier_name,
    supplier.first_request_on,
    supplier.last_request_on,
    supplier.request_lines,
    performance.orders,
    performance.ordered_brl::float8 AS ordered_brl,
    performance.purchase_time_median_days,
    performance.lead_time_median_days,
    performance.lead_time_p90_days,
    performance.on_time_rate,
    performance.overdue_lines
FROM core.dim_supplier AS supplier
LEFT JOIN analytics.mv_supplier_performance AS performance ON performance.supplier_id = supplier.supplier_id
