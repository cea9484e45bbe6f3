-- The summary figures.
SELECT
    kpi,
    value,
    unit,
    reason,
    as_of
FROM analytics.mv_kpi_summary
ORDER BY kpi
