-- What stock will do, without its path day by day.
SELECT
    projection.date,
    projection.item_id,
    projection.site_id,
    projection.origin,
    projection.on_hand::float8 AS on_hand,
    projection.on_order::float8 AS on_order,
    projection.late_on_order::float8 AS late_on_order,
    projection.lost_on_order::float8 AS lost_on_order,
    projection."position"::float8 AS "position",
    projection.too_late_on_order::float8 AS too_late_on_order,
    projection.next_arrival_on,
    projection.demand_share,
    projection.horizon_days,
    projection.days_of_cover,
    projection.stockout_on_q50,
    projection.stockout_on_q90,
    projection.stockout_probability,
    projection.expected_shortage,
    projection.reason,
    projection.made_at,
    item.item_name,
    item.family,
    item.unit
FROM analytics.stock_projection AS projection
LEFT JOIN core.dim_item AS item ON item.item_id = projection.item_id
