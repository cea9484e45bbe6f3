-- The three methods side by side, of what is bought for all places together.
SELECT
    served.date,
    served.item_id,
    item.item_name,
    item.family,
    item.unit,
    served.criticality,
    served.abc_class,
    served.unit_cost_brl::float8 AS unit_cost_brl,
    served.method AS served_method,
    served.expected_demand,
    served.order_quantity,
    allocated.target_service AS target_service_allocated,
    allocated.reorder_point AS reorder_point_allocated,
    allocated.safety_stock AS safety_stock_allocated,
    classic.target_service AS target_service_classic,
    classic.reorder_point AS reorder_point_classic,
    classic.safety_stock AS safety_stock_classic,
    service.target_service AS target_service_service,
    service.reorder_point AS reorder_point_service,
    service.safety_stock AS safety_stock_service,
    (served.safety_stock - classic.safety_stock) * served.unit_cost_brl::float8 AS safety_stock_change_brl
FROM analytics.inventory_policy AS served
LEFT JOIN analytics.inventory_policy AS allocated
    ON
        allocated.date = served.date AND allocated.item_id = served.item_id
        AND allocated.site_id = served.site_id AND allocated.method = 'allocated'
LEFT JOIN analytics.inventory_policy AS classic
    ON
        classic.date = served.date AND classic.item_id = served.item_id
        AND classic.site_id = served.site_id AND classic.method = 'classic'
LEFT JOIN analytics.inventory_policy AS service
    ON
        service.date = served.date AND service.item_id = served.item_id
        AND service.site_id = served.site_id AND service.method = 'service'
LEFT JOIN core.dim_item AS item ON item.item_id = served.item_id
WHERE served.served AND served.site_id = 'ALL'
