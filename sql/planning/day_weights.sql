-- How the demand of items with smooth demand is spread over the days from origin $1 on, up to $2 days: the shares of
-- sql/forecasting/daily_forecast.sql, which sum to one over each week.
WITH weights AS (
    SELECT
        shares.item_id,
        calendar.date,
        calendar.week,
        shares.share * CASE WHEN calendar.is_holiday THEN shares.holiday_factor ELSE 1 END AS weight
    FROM analytics.features_weekday_shares AS shares
    INNER JOIN core.dim_calendar AS calendar ON shares.weekday = calendar.weekday
    WHERE
        shares.origin = $1::date
        AND calendar.date >= $1::date AND calendar.date < $1::date + $2::integer
)

SELECT
    item_id,
    date - $1::date AS day,
    coalesce(weight / nullif(sum(weight) OVER week, 0), 1.0 / count(*) OVER week) AS share
FROM weights
WINDOW week AS (PARTITION BY item_id, week)
