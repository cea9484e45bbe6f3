-- Scores by model, demand class and horizon, of the model $1 and the class $2 or of all.
SELECT
    model,
    demand_class,
    horizon_weeks,
    forecasts,
    origins,
    wape,
    bias,
    pinball_q50,
    pinball_q90,
    pinball_q95,
    coverage_q90,
    coverage_q95
FROM analytics.mv_forecast_accuracy
WHERE
    ($1::text IS NULL OR model = $1)
    AND ($2::text IS NULL OR demand_class = $2)
ORDER BY model, demand_class, horizon_weeks
LIMIT $3::int
