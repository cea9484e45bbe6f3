-- One row per item code, from the source in use. From the workbook: latest name, usual family and unit. From an ERP: its
-- register; of a code that was made again, the latest row.
WITH kept_lines AS (
    SELECT *
    FROM staging.purchase_lines
    WHERE status = 'kept'
),

workbook_items AS (
    SELECT
        item_id,
        (array_agg(item_name ORDER BY requested_on DESC, row_number DESC))[1] AS item_name,
        mode() WITHIN GROUP (ORDER BY family) AS family,
        mode() WITHIN GROUP (ORDER BY unit) AS unit,
        bool_or(is_service) AS is_service,
        NULL::text AS criticality,
        NULL::numeric AS unit_cost_brl,
        NULL::numeric AS lead_time_days,
        NULL::numeric AS min_order_qty,
        NULL::numeric AS order_multiple,
        false AS blocked,
        jsonb_build_object(
            'not_in_source', jsonb_build_array(
                'criticality', 'unit_cost_brl', 'lead_time_days', 'min_order_qty', 'order_multiple'
            ),
            'other_names', coalesce(to_jsonb(array_remove(
                array_agg(DISTINCT item_name),
                (array_agg(item_name ORDER BY requested_on DESC, row_number DESC))[1]
            )), '[]'::jsonb),
            'units', to_jsonb(array_agg(DISTINCT unit))
        ) AS attributes
    FROM kept_lines
    GROUP BY item_id
),

erp_items AS (
    SELECT DISTINCT ON (item_id)
        item_id,
        item_name,
        coalesce(family, 'NÃO CLASSIFICADO') AS family,
        unit,
        is_service,
        criticality,
        unit_cost_brl,
        lead_time_days,
        min_order_qty,
        order_multiple,
        blocked,
        jsonb_build_object('not_in_source', '[]'::jsonb, 'blocked', blocked) AS attributes
    FROM staging.erp_items
    ORDER BY item_id, record_id DESC
),

requests AS (
    SELECT
        item_id,
        requested_on AS day
    FROM kept_lines
    UNION ALL
    SELECT
        item_id,
        requested_on AS day
    FROM staging.erp_requisitions
    UNION ALL
    SELECT
        item_id,
        moved_on AS day
    FROM staging.erp_stock_movements
    WHERE kind = 'issue'
),

last_request AS (
    SELECT
        item_id,
        max(day) AS day
    FROM requests
    GROUP BY item_id
),

items AS (
    SELECT * FROM workbook_items
    UNION ALL
    SELECT * FROM erp_items
)

SELECT
    items.item_id,
    items.item_name,
    items.family,
    CASE WHEN items.is_service THEN 'service' ELSE 'material' END AS category,
    items.unit,
    items.is_service,
    items.criticality,
    items.unit_cost_brl,
    items.lead_time_days,
    items.min_order_qty,
    items.order_multiple,
    NOT items.blocked
    AND coalesce(last_request.day > (SELECT max(day) FROM last_request) - 365, false) AS active,
    items.attributes
FROM items
LEFT JOIN last_request ON items.item_id = last_request.item_id
