-- Models that forecast the item $1 at the origin $2, the served one first.
SELECT
    model,
    bool_or(served) AS served,
    max(model_version) AS model_version,
    max(generated_at) AS generated_at
FROM analytics.fact_forecasts
WHERE item_id = $1::text AND site_id = 'ALL' AND origin = $2::date
GROUP BY model
ORDER BY served DESC, model ASC
