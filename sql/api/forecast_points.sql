-- The forecast of the item $1 made at the origin $2 by the model $3.
SELECT
    forecast_date,
    forecast_value,
    (confidence_interval ->> 'q05')::float8 AS q05,
    (confidence_interval ->> 'q10')::float8 AS q10,
    (confidence_interval ->> 'q50')::float8 AS q50,
    (confidence_interval ->> 'q80')::float8 AS q80,
    (confidence_interval ->> 'q90')::float8 AS q90,
    (confidence_interval ->> 'q95')::float8 AS q95,
    (confidence_interval ->> 'q99')::float8 AS q99
FROM analytics.fact_forecasts
WHERE item_id = $1::text AND site_id = 'ALL' AND origin = $2::date AND model = $3::text
ORDER BY forecast_date
