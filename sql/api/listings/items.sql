-- The catalogue of items.
SELECT
    item_id,
    item_name,
    family,
    category,
    unit,
    is_service,
    active,
    demand_class,
    abc_class,
    abc_basis,
    xyz_class,
    last_demand_on,
    demand_52w::float8 AS demand_52w,
    request_lines_52w,
    origin,
    served_model,
    forecast_4w,
    lead_time_median_days,
    lead_time_p90_days
FROM analytics.mv_item_overview
