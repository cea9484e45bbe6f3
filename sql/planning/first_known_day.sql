-- The first day of demand that origin $1 knows: before it nobody can say that something was not demanded.
SELECT min(first_demand_on) AS day
FROM analytics.features_demand_profile
WHERE origin = $1::date
