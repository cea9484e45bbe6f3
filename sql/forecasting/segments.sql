-- Which kind of demand each material had on the origins from $1 to $2, as known on each, and which family it is of.
-- An origin without profiles still tells the families.
WITH origins AS (
    SELECT generate_series($1::date, $2::date, interval '7 days')::date AS origin
),

profiled AS (
    SELECT DISTINCT origin
    FROM analytics.features_demand_profile
    WHERE origin BETWEEN $1 AND $2
)

SELECT
    origins.origin,
    items.item_id,
    items.family,
    CASE WHEN profiled.origin IS NOT NULL THEN coalesce(profile.demand_class, 'too_short') END AS demand_class
FROM origins
CROSS JOIN core.dim_item AS items
LEFT JOIN profiled ON origins.origin = profiled.origin
LEFT JOIN analytics.features_demand_profile AS profile
    ON origins.origin = profile.origin AND items.item_id = profile.item_id
WHERE NOT items.is_service
