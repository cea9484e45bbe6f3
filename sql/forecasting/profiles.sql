-- The demand class of each material, as known on each origin of a run.
SELECT
    profile.origin,
    profile.item_id,
    profile.demand_class,
    profile.weeks_observed,
    profile.weeks_with_demand
FROM analytics.features_demand_profile AS profile
INNER JOIN core.dim_item AS items ON profile.item_id = items.item_id
WHERE profile.origin BETWEEN $1 AND $2 AND NOT items.is_service
