-- Stock at the end of each day, reckoned back from today's balances: what moved after a day is undone. A document line that
-- was entered twice moved once. What is on order is what was ordered up to the day, less what had come of it by then.
WITH receipts AS (
    SELECT DISTINCT ON (receipt_id, line_no, item_id)
        item_id,
        site_id,
        received_on,
        quantity,
        order_id,
        order_line_no
    FROM staging.erp_receipts
    ORDER BY receipt_id, line_no, item_id, record_id
),

moves AS (
    SELECT
        item_id,
        site_id,
        moved_on AS day,
        quantity
    FROM staging.erp_stock_movements
    WHERE moved_on >= %(first)s
    UNION ALL
    SELECT
        item_id,
        site_id,
        received_on AS day,
        quantity
    FROM receipts
    WHERE received_on >= %(first)s
),

moved AS (
    SELECT
        item_id,
        site_id,
        day,
        sum(quantity) AS quantity
    FROM moves
    GROUP BY item_id, site_id, day
),

moved_since AS (
    SELECT
        item_id,
        site_id,
        sum(quantity) AS quantity
    FROM moved
    GROUP BY item_id, site_id
),

order_steps AS (
    SELECT
        item_id,
        site_id,
        greatest(ordered_on, %(first)s) AS day,
        quantity
    FROM staging.erp_purchase_orders
    WHERE NOT cancelled AND ordered_on <= %(last)s
    UNION ALL
    SELECT
        item_id,
        site_id,
        greatest(received_on, %(first)s) AS day,
        -quantity AS quantity
    FROM receipts
    WHERE
        quantity > 0
        AND received_on <= %(last)s
        AND (order_id, order_line_no) IN (
            SELECT
                orders.order_id,
                orders.line_no
            FROM staging.erp_purchase_orders AS orders
            WHERE NOT orders.cancelled
        )
),

ordered AS (
    SELECT
        item_id,
        site_id,
        day,
        sum(quantity) AS quantity
    FROM order_steps
    GROUP BY item_id, site_id, day
),

balances AS (
    SELECT DISTINCT ON (balances.item_id, balances.site_id)
        balances.item_id,
        balances.site_id,
        balances.on_hand,
        balances.average_cost_brl
    FROM staging.erp_stock_balances AS balances
    INNER JOIN core.dim_item AS items ON balances.item_id = items.item_id
    INNER JOIN core.dim_site AS sites ON balances.site_id = sites.site_id
    ORDER BY balances.item_id, balances.site_id, balances.record_id DESC
),

-- A balance without an average cost is valued by the register, as it was on the day.
register_costs AS (
    SELECT
        item_id,
        valid_from,
        valid_to,
        unit_cost_brl
    FROM core.dim_item_history
    WHERE item_id IN (SELECT balances.item_id FROM balances WHERE balances.average_cost_brl IS NULL)
),

data_end AS (
    SELECT max(day) AS day
    FROM (
        SELECT max(moved_on) AS day FROM staging.erp_stock_movements
        UNION ALL
        SELECT max(received_on) AS day FROM staging.erp_receipts
    ) AS ends
),

days AS (
    SELECT generate_series(%(first)s::date, least(%(last)s::date, data_end.day), interval '1 day')::date AS date
    FROM data_end
)

SELECT
    balances.item_id,
    balances.site_id,
    days.date,
    balances.on_hand - coalesce(moved_since.quantity, 0) + coalesce(sum(moved.quantity) OVER past, 0) AS on_hand,
    greatest(coalesce(sum(ordered.quantity) OVER past, 0), 0) AS on_order,
    coalesce(balances.average_cost_brl, register_costs.unit_cost_brl) AS unit_cost_brl
FROM balances
CROSS JOIN days
LEFT JOIN moved_since ON balances.item_id = moved_since.item_id AND balances.site_id = moved_since.site_id
LEFT JOIN moved ON balances.item_id = moved.item_id AND balances.site_id = moved.site_id AND days.date = moved.day
LEFT JOIN ordered ON balances.item_id = ordered.item_id AND balances.site_id = ordered.site_id AND days.date = ordered.day
LEFT JOIN register_costs
    ON
        balances.average_cost_brl IS NULL
        AND balances.item_id = register_costs.item_id
        AND days.date >= register_costs.valid_from
        AND (register_costs.valid_to IS NULL OR days.date < register_costs.valid_to)
WINDOW past AS (PARTITION BY balances.item_id, balances.site_id ORDER BY days.date)
