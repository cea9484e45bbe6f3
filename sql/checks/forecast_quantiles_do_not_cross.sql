WITH quantiles AS (
    SELECT
        origin,
        item_id,
        model,
        forecast_date,
        (confidence_interval ->> 'q05')::double precision AS q05,
        (confidence_interval ->> 'q10')::double precision AS q10,
        (confidence_interval ->> 'q50')::double precision AS q50,
        (confidence_interval ->> 'q90')::double precision AS q90,
        (confidence_interval ->> 'q95')::double precision AS q95,
        (confidence_interval ->> 'q99')::double precision AS q99
    FROM analytics.fact_forecasts
    WHERE origin BETWEEN %(first)s AND %(last)s
)

SELECT *
FROM quantiles
WHERE (0 <= q05 AND q05 <= q10 AND q10 <= q50 AND q50 <= q90 AND q90 <= q95 AND q95 <= q99) IS NOT TRUE
