-- Looked up row by row: of a day that was just written the server has no statistics to plan a join by.
SELECT proposed.date, proposed.item_id, proposed.quantity, policy.min_order_qty, policy.order_multiple
FROM analytics.recommendations AS proposed
CROSS JOIN LATERAL (
    SELECT min_order_qty, order_multiple
    FROM analytics.inventory_policy
    WHERE date = proposed.date AND item_id = proposed.item_id AND site_id = 'ALL' AND served
    OFFSET 0
) AS policy
WHERE
    proposed.date BETWEEN %(first)s AND %(last)s
    AND proposed.action = 'order'
    AND (
        proposed.quantity < coalesce(policy.min_order_qty, 0)
        OR mod(proposed.quantity, coalesce(nullif(policy.order_multiple, 0), 1)) <> 0
    )
