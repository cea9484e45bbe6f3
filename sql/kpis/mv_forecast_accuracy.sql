-- Quantities are divided by the item's mean weekly demand before they are added up: metres and pieces then count alike,
-- and so does each item.
WITH scored AS (
    SELECT
        forecasts.origin,
        forecasts.model,
        forecasts.served,
        coalesce(profile.demand_class, 'too_short') AS demand_class,
        (forecasts.forecast_date - forecasts.origin) / 7 + 1 AS horizon_weeks,
        forecasts.forecast_value / profile.mean_weekly_demand AS forecast,
        weekly.demand::double precision / profile.mean_weekly_demand AS demand,
        (forecasts.confidence_interval ->> 'q50')::double precision / profile.mean_weekly_demand AS q50,
        (forecasts.confidence_interval ->> 'q90')::double precision / profile.mean_weekly_demand AS q90,
        (forecasts.confidence_interval ->> 'q95')::double precision / profile.mean_weekly_demand AS q95
    FROM analytics.fact_forecasts AS forecasts
    INNER JOIN analytics.features_demand_weekly AS weekly
        ON forecasts.item_id = weekly.item_id AND forecasts.forecast_date = weekly.week
    INNER JOIN analytics.features_demand_profile AS profile
        ON forecasts.origin = profile.origin AND forecasts.item_id = profile.item_id
    WHERE forecasts.site_id = 'ALL'
),

-- A served forecast counts twice: under its model's name, and as what planners saw.
by_model AS (
    SELECT
        names.model,
        scored.origin,
        scored.demand_class,
        scored.horizon_weeks,
        scored.forecast,
        scored.demand,
        scored.q50,
        scored.q90,
        scored.q95
    FROM scored
    CROSS JOIN LATERAL (VALUES (scored.model), (CASE WHEN scored.served THEN 'served' END)) AS names (model)
    WHERE names.model IS NOT NULL
)

SELECT
    model,
    coalesce(demand_class, 'all') AS demand_class,
    coalesce(horizon_weeks, 0) AS horizon_weeks,
    count(*) AS forecasts,
    count(DISTINCT origin) AS origins,
    sum(abs(forecast - demand)) / nullif(sum(demand), 0) AS wape,
    sum(forecast - demand) / nullif(sum(demand), 0) AS bias,
    -- Pinball loss (Koenker & Bassett 1978): what a quantile costs that lies too low or too high.
    avg(greatest(0.5 * (demand - q50), 0.5 * (q50 - demand))) / nullif(avg(demand), 0) AS pinball_q50,
    avg(greatest(0.9 * (demand - q90), 0.1 * (q90 - demand))) / nullif(avg(demand), 0) AS pinball_q90,
    avg(greatest(0.95 * (demand - q95), 0.05 * (q95 - demand))) / nullif(avg(demand), 0) AS pinball_q95,
    avg((demand <= q90)::integer)::double precision AS coverage_q90,
    avg((demand <= q95)::integer)::double precision AS coverage_q95
FROM by_model
GROUP BY GROUPING SETS ((model), (model, demand_class), (model, horizon_weeks), (model, demand_class, horizon_weeks))
