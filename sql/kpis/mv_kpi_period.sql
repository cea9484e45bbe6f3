-- Days added up to weeks and months: numerators and denominators, and the ratio of the sums.
WITH definitions (kpi, unit, finest_grain, absent_reason) AS (
    VALUES
    ('stockout_rate', 'share', 'day', 'stock_not_in_source'),
    ('fill_rate_lines', 'share', 'day', 'stock_not_in_source'),
    ('fill_rate_units', 'share', 'day', 'stock_not_in_source'),
    ('cycle_service_rate', 'share', 'day', 'stock_not_in_source'),
    ('sla_exposure_rate', 'share', 'day', 'stock_not_in_source'),
    ('inventory_value_brl', 'brl', 'day', 'stock_not_in_source'),
    ('carrying_cost_brl', 'brl', 'day', 'stock_not_in_source'),
    -- One day's issues say nothing of a year's.
    ('turnover', 'per_year', 'week', 'stock_not_in_source'),
    ('days_of_supply', 'days', 'week', 'stock_not_in_source'),
    ('excess_stock_brl', 'brl', 'week', 'stock_not_in_source'),
    ('excess_stock_rate', 'share', 'week', 'stock_not_in_source'),
    ('dead_stock_brl', 'brl', 'week', 'stock_not_in_source'),
    ('dead_stock_rate', 'share', 'week', 'stock_not_in_source'),
    ('forecast_wape', 'share', 'week', 'no_forecast_of_the_period'),
    ('forecast_bias', 'share', 'week', 'no_forecast_of_the_period'),
    ('purchase_time_days', 'days', 'day', 'no_purchase_in_the_period'),
    ('supplier_lead_time_days', 'days', 'day', 'receipts_not_in_source'),
    ('on_time_rate', 'share', 'day', 'receipts_not_in_source'),
    ('received_share', 'share', 'day', 'receipts_not_in_source'),
    ('after_the_fact_rate', 'share', 'day', 'no_purchase_in_the_period')
),

grains (grain) AS (
    VALUES ('day'), ('week'), ('month')
),

source AS (
    SELECT
        bool_or(kpi = 'inventory_value_brl') AS has_stock,
        bool_or(kpi = 'supplier_lead_time_days') AS has_receipts,
        min(date) AS first_day,
        max(date) AS last_day
    FROM analytics.kpi_daily
),

rolled AS (
    SELECT
        grains.grain,
        date_trunc(grains.grain, daily.date::timestamp)::date AS period,
        daily.dimension,
        daily.member,
        daily.kpi,
        sum(daily.numerator) AS numerator,
        sum(daily.denominator) AS denominator,
        max(daily.date) AS through,
        max(daily.reason) AS reason
    FROM analytics.kpi_daily AS daily
    INNER JOIN definitions ON daily.kpi = definitions.kpi
    INNER JOIN grains ON grains.grain <> 'day' OR definitions.finest_grain = 'day'
    GROUP BY 1, 2, daily.dimension, daily.member, daily.kpi
),

-- Of everything together a figure that is missing is named, with the reason.
wanted AS (
    SELECT DISTINCT
        grains.grain,
        date_trunc(grains.grain, calendar.date::timestamp)::date AS period,
        definitions.kpi,
        CASE
            WHEN definitions.absent_reason = 'stock_not_in_source' AND source.has_stock THEN 'nothing_to_measure'
            WHEN definitions.absent_reason = 'receipts_not_in_source' AND source.has_receipts THEN 'nothing_to_measure'
            ELSE definitions.absent_reason
        END AS reason
    FROM source
    INNER JOIN core.dim_calendar AS calendar ON calendar.date BETWEEN source.first_day AND source.last_day
    CROSS JOIN definitions
    INNER JOIN grains ON grains.grain <> 'day' OR definitions.finest_grain = 'day'
),

figures AS (
    SELECT
        *,
        CASE WHEN denominator IS NULL THEN numerator ELSE numerator / nullif(denominator, 0) END AS value
    FROM rolled
    UNION ALL
    SELECT
        wanted.grain,
        wanted.period,
        'all' AS dimension,
        'ALL' AS member,
        wanted.kpi,
        NULL AS numerator,
        NULL AS denominator,
        NULL AS through,
        wanted.reason,
        NULL AS value
    FROM wanted
    WHERE
        NOT EXISTS (
            SELECT
            FROM rolled
            WHERE
                rolled.dimension = 'all'
                AND rolled.grain = wanted.grain
                AND rolled.period = wanted.period
                AND rolled.kpi = wanted.kpi
        )
)

SELECT
    figures.grain,
    figures.period,
    figures.dimension,
    figures.member,
    figures.kpi,
    figures.value,
    definitions.unit,
    figures.numerator,
    figures.denominator,
    CASE WHEN figures.value IS NULL THEN coalesce(figures.reason, 'nothing_to_measure') END AS reason,
    figures.through
FROM figures
INNER JOIN definitions ON figures.kpi = definitions.kpi
