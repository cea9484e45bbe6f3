SELECT
    supplier_id,
    supplier_id AS supplier_name,
    min(requested_on) AS first_request_on,
    max(requested_on) AS last_request_on,
    count(*)::integer AS request_lines
FROM staging.purchase_lines
WHERE status = 'kept'
GROUP BY supplier_id
