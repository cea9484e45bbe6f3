-- What each stocking place has of an item at the end of day $1, and what it should have.
SELECT
    projected.item_id,
    projected.site_id,
    projected.on_hand::double precision AS on_hand,
    projected.position::double precision AS position,
    projected.stockout_probability,
    projected.expected_shortage,
    policy.reorder_point,
    policy.order_up_to
FROM analytics.stock_projection AS projected
INNER JOIN analytics.inventory_policy AS policy
    ON
        projected.date = policy.date
        AND projected.item_id = policy.item_id
        AND projected.site_id = policy.site_id
WHERE
    projected.date = $1::date AND projected.site_id <> 'ALL' AND projected.on_hand IS NOT NULL
    AND policy.date = $1::date AND policy.served
ORDER BY projected.item_id COLLATE "C", projected.site_id COLLATE "C"
