-- Stock by item, warehouse and day, at its end.
SELECT
    item_id,
    site_id,
    date,
    on_hand::float8 AS on_hand,
    on_order::float8 AS on_order,
    unit_cost_brl::float8 AS unit_cost_brl,
    (on_hand * unit_cost_brl)::float8 AS value_brl
FROM core.fact_inventory_daily
