-- The served forecast of item $1 from origin $2, day by day: the shares of its weekdays, less on holidays, so that the days
-- of a week add up to the week. No row where the item's demand is not smooth.
WITH weights AS (
    SELECT
        forecasts.forecast_date,
        forecasts.forecast_value,
        calendar.date,
        shares.share * CASE WHEN calendar.is_holiday THEN shares.holiday_factor ELSE 1 END AS weight
    FROM analytics.fact_forecasts AS forecasts
    INNER JOIN core.dim_calendar AS calendar ON forecasts.forecast_date = calendar.week
    INNER JOIN analytics.features_weekday_shares AS shares
        ON
            forecasts.origin = shares.origin
            AND forecasts.item_id = shares.item_id
            AND calendar.weekday = shares.weekday
    WHERE forecasts.item_id = $1::text AND forecasts.origin = $2::date AND forecasts.site_id = 'ALL' AND forecasts.served
)

SELECT
    date,
    forecast_value * coalesce(
        weight / nullif(sum(weight) OVER week, 0), 1.0 / count(*) OVER week
    ) AS forecast_value
FROM weights
WINDOW week AS (PARTITION BY forecast_date)
ORDER BY date
