-- Lines of the source in use. Lines of the workbook are numbered over the whole requisition before the window is cut, so
-- that a reload of one day never renumbers. Of an ERP: every order line with its requisition and receipts, and every
-- requisition line that is not ordered yet.
WITH workbook_lines AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY requisition_id ORDER BY row_number)::text AS line_no
    FROM staging.purchase_lines
    WHERE status = 'kept'
),

-- A document line that was entered twice is one receipt.
receipts AS (
    SELECT DISTINCT ON (receipt_id, line_no, item_id)
        order_id,
        order_line_no,
        received_on,
        quantity
    FROM staging.erp_receipts
    ORDER BY receipt_id, line_no, item_id, record_id
),

received AS (
    SELECT
        order_id,
        order_line_no,
        min(received_on) FILTER (WHERE quantity > 0) AS received_on,
        sum(quantity) AS quantity
    FROM receipts
    WHERE order_id IS NOT NULL
    GROUP BY order_id, order_line_no
),

orders AS (
    SELECT DISTINCT ON (order_id, line_no) *
    FROM staging.erp_purchase_orders
    ORDER BY order_id, line_no, record_id DESC
),

requisitions AS (
    SELECT DISTINCT ON (requisition_id, line_no) *
    FROM staging.erp_requisitions
    ORDER BY requisition_id, line_no, record_id DESC
),

-- An order says which requisition it fulfils; one entered after the fact says which order it is for. An order that
-- gathers several requisitions waits for the first of them.
linked AS (
    SELECT
        order_id,
        line_no,
        requisition_id,
        requisition_line_no
    FROM orders
    WHERE requisition_id IS NOT NULL
    UNION
    SELECT
        order_id,
        order_line_no AS line_no,
        requisition_id,
        line_no AS requisition_line_no
    FROM requisitions
    WHERE order_id IS NOT NULL
),

ordered_requisitions AS (
    SELECT DISTINCT ON (linked.order_id, linked.line_no)
        linked.order_id,
        linked.line_no,
        requisitions.requested_on,
        requisitions.needed_on
    FROM linked
    INNER JOIN requisitions
        ON linked.requisition_id = requisitions.requisition_id AND linked.requisition_line_no = requisitions.line_no
    ORDER BY linked.order_id, linked.line_no, requisitions.requested_on, requisitions.record_id
),

erp_lines AS (
    SELECT
        orders.order_id,
        orders.line_no,
        orders.item_id,
        orders.site_id,
        orders.supplier_id,
        requisitions.needed_on,
        coalesce(requisitions.requested_on, orders.ordered_on) AS requested_on,
        orders.ordered_on,
        orders.promised_on,
        received.received_on,
        orders.quantity AS ordered_qty,
        CASE WHEN received.quantity > 0 THEN received.quantity END AS received_qty,
        orders.unit_price_brl,
        false AS is_open,
        orders.cancelled AS rest_cancelled
    FROM orders
    LEFT JOIN ordered_requisitions AS requisitions
        ON orders.order_id = requisitions.order_id AND orders.line_no = requisitions.line_no
    LEFT JOIN received ON orders.order_id = received.order_id AND orders.line_no = received.order_line_no
    UNION ALL
    SELECT
        'SC' || requisitions.requisition_id AS order_id,
        requisitions.line_no,
        requisitions.item_id,
        requisitions.site_id,
        'UNKNOWN' AS supplier_id,
        requisitions.needed_on,
        requisitions.requested_on,
        NULL AS ordered_on,
        NULL AS promised_on,
        NULL AS received_on,
        requisitions.quantity AS ordered_qty,
        NULL AS received_qty,
        NULL AS unit_price_brl,
        true AS is_open,
        false AS rest_cancelled
    FROM requisitions
    WHERE NOT EXISTS (
        SELECT
        FROM linked
        INNER JOIN orders ON linked.order_id = orders.order_id AND linked.line_no = orders.line_no
        WHERE
            linked.requisition_id = requisitions.requisition_id
            AND linked.requisition_line_no = requisitions.line_no
    )
)

SELECT
    requisition_id AS order_id,
    line_no,
    item_id,
    site_id,
    supplier_id,
    needed_on,
    requested_on,
    ordered_on,
    NULL::date AS promised_on,
    NULL::date AS received_on,
    quantity AS ordered_qty,
    NULL::numeric AS received_qty,
    NULL::numeric AS unit_price_brl,
    coalesce(ordered_on < requested_on, false) AS after_the_fact,
    -- A purchase whose date was mistyped is a purchase all the same.
    ordered_on IS NULL AND 'order_date_implausible' <> ALL (repairs) AS is_open,
    false AS rest_cancelled
FROM workbook_lines
WHERE requested_on BETWEEN %(first)s AND %(last)s
UNION ALL
SELECT
    lines.order_id,
    lines.line_no,
    lines.item_id,
    coalesce(sites.site_id, 'UNKNOWN') AS site_id,
    lines.supplier_id,
    lines.needed_on,
    lines.requested_on,
    lines.ordered_on,
    lines.promised_on,
    lines.received_on,
    lines.ordered_qty,
    lines.received_qty,
    lines.unit_price_brl,
    coalesce(lines.ordered_on < lines.requested_on, false) AS after_the_fact,
    lines.is_open,
    lines.rest_cancelled
FROM erp_lines AS lines
INNER JOIN core.dim_item AS items ON lines.item_id = items.item_id
LEFT JOIN core.dim_site AS sites ON lines.site_id = sites.site_id
WHERE lines.requested_on BETWEEN %(first)s AND %(last)s
