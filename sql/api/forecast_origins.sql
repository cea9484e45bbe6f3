-- Origins at which the item $1 was forecast, newest first.
SELECT DISTINCT origin
FROM analytics.fact_forecasts
WHERE item_id = $1::text AND site_id = 'ALL'
ORDER BY origin DESC
