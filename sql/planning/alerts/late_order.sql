-- Order lines that a supplier promised for a day that has passed, and of which not all is there. One that is so late that
-- plans do not count on it any longer is for somebody to clear up in the ERP; one of more than a year ago is forgotten.
WITH stock AS (
    SELECT
        item_id,
        sum(on_hand) AS on_hand
    FROM core.fact_inventory_daily
    WHERE date = (SELECT max(inventory.date) FROM core.fact_inventory_daily AS inventory WHERE inventory.date <= %(as_of)s)
    GROUP BY item_id
),

received AS (
    SELECT
        order_id,
        line_no,
        sum(quantity) AS quantity
    FROM core.fact_receipts_daily
    WHERE date <= %(as_of)s
    GROUP BY order_id, line_no
),

late AS (
    SELECT
        lines.*,
        lines.ordered_qty - coalesce(received.quantity, 0) AS open_qty,
        stock.on_hand,
        %(as_of)s::date - lines.promised_on AS days_late
    FROM core.fact_purchase_lines AS lines
    INNER JOIN core.dim_item AS items ON lines.item_id = items.item_id
    LEFT JOIN received ON lines.order_id = received.order_id AND lines.line_no = received.line_no
    LEFT JOIN stock ON lines.item_id = stock.item_id
    WHERE
        NOT items.is_service AND NOT lines.rest_cancelled
        AND lines.ordered_qty > coalesce(received.quantity, 0)
        AND lines.ordered_on > %(as_of)s::date - 364
        AND lines.promised_on BETWEEN lines.ordered_on AND %(as_of)s::date - %(late_days)s
)

SELECT
    CASE
        WHEN days_late > %(lost_supply_days)s THEN 'info'
        WHEN on_hand <= 0 OR days_late >= 3 * %(late_days)s THEN 'critical'
        ELSE 'warning'
    END AS level,
    'order_line' AS subject_kind,
    order_id || '/' || line_no AS subject_id,
    'promised for ' || promised_on AS cause,
    days_late AS value,
    %(late_days)s AS threshold,
    jsonb_build_object(
        'item_id', item_id, 'site_id', site_id, 'supplier_id', supplier_id, 'ordered_on', ordered_on,
        'promised_on', promised_on, 'ordered_qty', ordered_qty, 'open_qty', open_qty, 'on_hand', on_hand
    ) AS details
FROM late
