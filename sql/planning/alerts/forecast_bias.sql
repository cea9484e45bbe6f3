-- Items and families whose served forecasts of the last weeks lay on one side. The signal is the sum of the errors over the
-- root of the sum of their squares: a tracking signal (Brown 1959) that is one standard deviation wide whatever the number of
-- weeks. Forecasts are those made on the Monday of the week: their errors share no week.
WITH item_errors AS (
    SELECT
        'item' AS subject_kind,
        forecasts.item_id AS subject_id,
        forecasts.forecast_value - weekly.demand::double precision AS error,
        weekly.demand::double precision AS demand
    FROM analytics.fact_forecasts AS forecasts
    INNER JOIN analytics.features_demand_weekly AS weekly
        ON forecasts.item_id = weekly.item_id AND forecasts.forecast_date = weekly.week
    WHERE
        forecasts.served AND forecasts.site_id = 'ALL'
        AND forecasts.forecast_date = forecasts.origin
        AND forecasts.origin BETWEEN %(as_of)s::date - 7 * %(bias_weeks)s + 1 AND %(as_of)s::date - 6
),

family_errors AS (
    SELECT
        'family' AS subject_kind,
        segment AS subject_id,
        bias AS error,
        1.0::double precision AS demand
    FROM analytics.forecast_accuracy
    WHERE
        model = 'ensemble' AND segment_kind = 'family' AND weeks = 1 AND bias IS NOT NULL
        AND origin BETWEEN %(as_of)s::date - 7 * %(bias_weeks)s + 1 AND %(as_of)s::date - 6
),

signals AS (
    SELECT
        subject_kind,
        subject_id,
        count(*) AS weeks,
        sum(error) / nullif(sqrt(sum(error * error)), 0) AS signal,
        sum(error) / nullif(sum(demand), 0) AS bias
    FROM (SELECT * FROM item_errors UNION ALL SELECT * FROM family_errors) AS errors
    GROUP BY subject_kind, subject_id
    HAVING count(*) >= %(bias_fewest)s
)

SELECT
    CASE WHEN abs(bias) >= 2 * %(bias_share)s THEN 'warning' ELSE 'info' END AS level,
    subject_kind,
    subject_id,
    CASE WHEN signal > 0 THEN 'too high' ELSE 'too low' END AS cause,
    signal AS value,
    sign(signal) * %(bias_signal)s AS threshold,
    jsonb_build_object('bias_share', round(bias::numeric, 3), 'forecasts', weeks) AS details
FROM signals
WHERE abs(signal) >= %(bias_signal)s AND abs(bias) >= %(bias_share)s
