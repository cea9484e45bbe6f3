-- Weekly forecasts with their quantiles.
SELECT
    origin,
    item_id,
    site_id,
    model,
    forecast_date,
    forecast_value,
    served,
    model_version,
    generated_at,
    (confidence_interval ->> 'q05')::float8 AS q05,
    (confidence_interval ->> 'q10')::float8 AS q10,
    (confidence_interval ->> 'q50')::float8 AS q50,
    (confidence_interval ->> 'q80')::float8 AS q80,
    (confidence_interval ->> 'q90')::float8 AS q90,
    (confidence_interval ->> 'q95')::float8 AS q95,
    (confidence_interval ->> 'q99')::float8 AS q99
FROM analytics.fact_forecasts
