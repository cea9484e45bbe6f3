-- Weekly demand of materials, all sites together, known before the last origin of a run; what would be added to it where
-- it is unusual; and what kind of item it is of. Sorted, and in this collation, because it is read as a stream that is cut
-- between items.
-- Services are bought by contract, not stocked: they are not forecast.
SELECT
    weekly.item_id,
    weekly.week,
    weekly.demand::double precision AS demand,
    coalesce(adjustments.adjustment, 0)::double precision AS adjustment,
    items.family,
    items.unit
FROM analytics.features_demand_weekly AS weekly
INNER JOIN core.dim_item AS items ON weekly.item_id = items.item_id
LEFT JOIN analytics.demand_adjustments AS adjustments
    ON weekly.item_id = adjustments.item_id AND weekly.week = adjustments.week
WHERE weekly.week < $1 AND NOT items.is_service
ORDER BY weekly.item_id COLLATE "C", weekly.week
