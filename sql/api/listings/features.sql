-- Demand profiles of items.
SELECT
    profile.origin,
    profile.item_id,
    profile.first_demand_on,
    profile.last_demand_on,
    profile.weeks_observed,
    profile.weeks_with_demand,
    profile.demand_total::float8 AS demand_total,
    profile.demand_52w::float8 AS demand_52w,
    profile.request_lines_52w,
    profile.mean_weekly_demand,
    profile.cv,
    profile.adi,
    profile.cv2,
    profile.demand_class,
    profile.abc_class,
    profile.abc_basis,
    profile.xyz_class,
    item.item_name,
    item.family,
    item.unit
FROM analytics.features_demand_profile AS profile
LEFT JOIN core.dim_item AS item ON item.item_id = profile.item_id
