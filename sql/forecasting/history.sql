-- Weekly demand of materials, all sites together, known before the last origin of a run.
-- Services are bought by contract, not stocked: they are not forecast.
SELECT
    weekly.item_id,
    weekly.week,
    weekly.demand::double precision AS demand
FROM analytics.features_demand_weekly AS weekly
INNER JOIN core.dim_item AS items ON weekly.item_id = items.item_id
WHERE weekly.week < $1 AND NOT items.is_service
