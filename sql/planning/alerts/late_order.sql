-- Lines that a supplier promised for a day that has passed, and nothing of which is there. What was ordered more than a
-- year ago was closed short.
WITH stock AS (
    SELECT
        item_id,
        sum(on_hand) AS on_hand
    FROM core.fact_inventory_daily
    WHERE date = (SELECT max(inventory.date) FROM core.fact_inventory_daily AS inventory WHERE inventory.date <= %(as_of)s)
    GROUP BY item_id
),

late AS (
    SELECT
        lines.*,
        stock.on_hand,
        %(as_of)s::date - lines.promised_on AS days_late
    FROM core.fact_purchase_lines AS lines
    INNER JOIN core.dim_item AS items ON lines.item_id = items.item_id
    LEFT JOIN stock ON lines.item_id = stock.item_id
    WHERE
        NOT items.is_service
        AND lines.received_on IS NULL
        AND lines.ordered_on > %(as_of)s::date - 364
        AND lines.promised_on >= lines.ordered_on
        AND lines.promised_on <= %(as_of)s::date - %(late_days)s
        AND EXISTS (SELECT FROM core.fact_purchase_lines AS received WHERE received.received_on IS NOT NULL)
)

SELECT
    CASE
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
        'promised_on', promised_on, 'quantity', ordered_qty, 'on_hand', on_hand
    ) AS details
FROM late
