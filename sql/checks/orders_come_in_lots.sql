SELECT proposed.date, proposed.item_id, proposed.quantity, policy.min_order_qty, policy.order_multiple
FROM analytics.recommendations AS proposed
INNER JOIN analytics.inventory_policy AS policy
    ON
        proposed.date = policy.date
        AND proposed.item_id = policy.item_id
        AND policy.site_id = 'ALL' AND policy.served
WHERE
    proposed.date BETWEEN %(first)s AND %(last)s
    AND proposed.action = 'order'
    AND (
        proposed.quantity < coalesce(policy.min_order_qty, 0)
        OR mod(proposed.quantity, coalesce(nullif(policy.order_multiple, 0), 1)) <> 0
    )
