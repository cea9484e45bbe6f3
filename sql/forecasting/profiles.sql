-- What kind of demand each item has, as known on each origin of a run.
SELECT
    origin,
    item_id,
    demand_class,
    first_demand_on,
    last_demand_on
FROM analytics.features_demand_profile
WHERE origin BETWEEN $1 AND $2
