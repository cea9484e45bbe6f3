-- Lines are numbered over the whole requisition before the window is cut, so that a reload of one day never renumbers.
WITH numbered_lines AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY requisition_id ORDER BY row_number)::integer AS line_no
    FROM staging.purchase_lines
    WHERE status = 'kept'
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
    ordered_on IS NULL AND 'order_date_implausible' <> ALL (repairs) AS is_open
FROM numbered_lines
WHERE requested_on BETWEEN %(first)s AND %(last)s
