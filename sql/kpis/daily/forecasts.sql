-- What was forecast for a week four Mondays before its end, in time for an order, against what was demanded. Quantities are
-- in mean weekly demands of their item, as in mv_forecast_accuracy. A week is dated by its Monday.
WITH scored AS (
    SELECT
        forecasts.forecast_date AS date,
        items.family,
        forecasts.forecast_value::numeric / profile.mean_weekly_demand::numeric AS forecast,
        weekly.demand / profile.mean_weekly_demand::numeric AS demand
    FROM analytics.fact_forecasts AS forecasts
    INNER JOIN analytics.features_demand_weekly AS weekly
        ON forecasts.item_id = weekly.item_id AND forecasts.forecast_date = weekly.week
    INNER JOIN analytics.features_demand_profile AS profile
        ON forecasts.origin = profile.origin AND forecasts.item_id = profile.item_id
    INNER JOIN core.dim_item AS items ON forecasts.item_id = items.item_id
    WHERE
        forecasts.served AND forecasts.site_id = 'ALL'
        AND forecasts.origin BETWEEN %(first)s::date - 21 AND %(last)s::date - 21
        AND forecasts.forecast_date = forecasts.origin + 21
),

members AS (
    SELECT
        date,
        CASE WHEN grouping(family) = 0 THEN 'family' ELSE 'all' END AS dimension,
        coalesce(family, 'ALL') AS member,
        sum(abs(forecast - demand)) AS error,
        sum(forecast - demand) AS excess,
        sum(demand) AS demand
    FROM scored
    GROUP BY GROUPING SETS ((date), (date, family))
)

SELECT
    members.date,
    members.dimension,
    members.member,
    figures.kpi,
    figures.numerator::double precision AS numerator,
    figures.denominator::double precision AS denominator,
    NULL AS reason
FROM members
CROSS JOIN LATERAL (
    VALUES ('forecast_wape', members.error, members.demand), ('forecast_bias', members.excess, members.demand)
) AS figures (kpi, numerator, denominator)
