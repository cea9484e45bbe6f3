-- Demands of the last weeks that are far from what the item was asked for before (docs/data-quality.md).
SELECT
    CASE WHEN direction = 'high' AND score >= 2 * %(outlier_score)s THEN 'warning' ELSE 'info' END AS level,
    'item' AS subject_kind,
    item_id AS subject_id,
    site_id || ' on ' || date AS cause,
    score AS value,
    sign(score) * %(outlier_score)s AS threshold,
    jsonb_build_object(
        'site_id', site_id, 'date', date, 'demand', demand, 'usual_demand', round(usual_demand::numeric, 4)
    ) AS details
FROM core.fact_demand_anomalies
WHERE date BETWEEN %(as_of)s::date - 27 AND %(as_of)s AND abs(score) >= %(outlier_score)s
