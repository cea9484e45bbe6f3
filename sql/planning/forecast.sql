-- The served forecast of origin $1, a row per item: weeks one by one, several weeks together, and the lead time.
WITH weekly AS (
    SELECT
        item_id,
        array_agg(forecast_value ORDER BY forecast_date) AS weekly
    FROM analytics.fact_forecasts
    WHERE origin = $1::date AND site_id = 'ALL' AND served
    GROUP BY item_id
),

summed AS (
    SELECT
        item_id,
        array_agg(forecast_value ORDER BY weeks) AS means,
        array_agg(q05 ORDER BY weeks) AS q05,
        array_agg(q10 ORDER BY weeks) AS q10,
        array_agg(q20 ORDER BY weeks) AS q20,
        array_agg(q30 ORDER BY weeks) AS q30,
        array_agg(q40 ORDER BY weeks) AS q40,
        array_agg(q50 ORDER BY weeks) AS q50,
        array_agg(q60 ORDER BY weeks) AS q60,
        array_agg(q70 ORDER BY weeks) AS q70,
        array_agg(q80 ORDER BY weeks) AS q80,
        array_agg(q90 ORDER BY weeks) AS q90,
        array_agg(q95 ORDER BY weeks) AS q95,
        array_agg(q99 ORDER BY weeks) AS q99
    FROM analytics.summed_demand
    WHERE origin = $1::date AND site_id = 'ALL'
    GROUP BY item_id
)

SELECT
    summed.*,
    weekly.weekly,
    waits.lead_time_mean_days,
    waits.lead_time_p90_days
FROM analytics.lead_time_demand AS waits
INNER JOIN weekly ON waits.item_id = weekly.item_id
INNER JOIN summed ON waits.item_id = summed.item_id
WHERE waits.origin = $1::date AND waits.site_id = 'ALL'
ORDER BY waits.item_id COLLATE "C"
