-- Every KPI by day, week and month.
SELECT
    grain,
    period,
    dimension,
    member,
    kpi,
    value,
    unit,
    numerator,
    denominator,
    reason,
    through
FROM analytics.mv_kpi_period
