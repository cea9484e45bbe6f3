-- Tables that have stayed behind the rest of the data, and, where loads run by schedule, data that have stayed behind the
-- calendar. A table that the source cannot fill is not stale.
WITH expected (dataset, day, threshold) AS (
    SELECT
        names.dataset,
        CASE names.kind
            WHEN 'origin' THEN date_trunc('week', (%(as_of)s::date + 1)::timestamp)::date
            ELSE %(as_of)s::date
        END AS day,
        names.threshold
    FROM (
        VALUES
        ('core.fact_purchase_lines', 'day', 7),
        ('core.fact_demand_daily', 'day', 7),
        ('core.fact_issues_daily', 'day', 7),
        ('core.fact_inventory_daily', 'day', 2),
        ('analytics.fact_forecasts', 'origin', 7),
        ('analytics.lead_time_demand', 'origin', 7),
        ('analytics.inventory_policy', 'day', 2),
        ('analytics.stock_projection', 'day', 2),
        ('analytics.recommendations', 'day', 2)
    ) AS names (dataset, kind, threshold)
),

ages AS (
    SELECT
        expected.dataset,
        versions.data_through,
        expected.day - versions.data_through AS days_behind,
        expected.threshold
    FROM expected
    INNER JOIN support.dataset_versions AS versions ON expected.dataset = versions.dataset
    UNION ALL
    SELECT
        'source' AS dataset,
        %(as_of)s::date AS data_through,
        %(today)s::date - 1 - %(as_of)s::date AS days_behind,
        3 AS threshold
)

SELECT
    CASE WHEN days_behind >= 3 * threshold THEN 'critical' ELSE 'warning' END AS level,
    'dataset' AS subject_kind,
    dataset AS subject_id,
    'behind' AS cause,
    days_behind AS value,
    threshold,
    jsonb_build_object('data_through', data_through) AS details
FROM ages
WHERE days_behind >= threshold
