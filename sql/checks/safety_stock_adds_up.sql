SELECT
    date,
    item_id,
    site_id,
    method,
    expected_demand,
    safety_stock,
    reorder_point,
    order_quantity,
    order_up_to
FROM analytics.inventory_policy
WHERE
    date BETWEEN %(first)s AND %(last)s
    AND (safety_stock <> reorder_point - expected_demand OR order_up_to <> reorder_point + order_quantity)
