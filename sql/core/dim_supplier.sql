-- Suppliers that were bought from, by the source in use.
WITH erp_names AS (
    SELECT DISTINCT ON (supplier_id)
        supplier_id,
        supplier_name
    FROM staging.erp_suppliers
    ORDER BY supplier_id, record_id DESC
),

bought AS (
    SELECT
        supplier_id,
        requested_on AS day
    FROM staging.purchase_lines
    WHERE status = 'kept'
    UNION ALL
    SELECT
        supplier_id,
        ordered_on AS day
    FROM staging.erp_purchase_orders
    UNION ALL
    -- What is requested and not ordered yet has no supplier.
    SELECT
        'UNKNOWN' AS supplier_id,
        requested_on AS day
    FROM staging.erp_requisitions
)

SELECT
    bought.supplier_id,
    coalesce(min(erp_names.supplier_name), bought.supplier_id) AS supplier_name,
    min(bought.day) AS first_request_on,
    max(bought.day) AS last_request_on,
    count(*)::integer AS request_lines
FROM bought
LEFT JOIN erp_names ON bought.supplier_id = erp_names.supplier_id
GROUP BY bought.supplier_id
