-- Every check of every publication of the last 90 days, and of each table's latest, however old. What is set apart, merged
-- or flagged is counted as it is now, so it stands with the latest publication alone.
WITH latest AS (
    SELECT
        dataset,
        max(publication_id) AS publication_id
    FROM support.publications
    WHERE version IS NOT NULL
    GROUP BY dataset
),

recent AS (
    SELECT
        publications.*,
        coalesce(latest.publication_id = publications.publication_id, false) AS is_latest
    FROM support.publications
    LEFT JOIN latest USING (dataset)
    WHERE publications.published_at > now() - interval '90 days' OR latest.publication_id = publications.publication_id
),

null_cells AS (
    SELECT
        recent.publication_id,
        sum(cells.value::bigint)::double precision / nullif(recent.rows * count(*), 0) AS share
    FROM recent
    CROSS JOIN LATERAL jsonb_each_text(recent.nulls) AS cells
    GROUP BY recent.publication_id, recent.rows
),

checked AS (
    SELECT
        recent.publication_id,
        coalesce(checks.name, 'published') AS name,
        coalesce(checks.severity, 'warn') AS severity,
        coalesce(checks.offending_rows, 0) AS offending_rows
    FROM recent
    LEFT JOIN LATERAL jsonb_to_recordset(recent.checks) AS checks (name text, severity text, offending_rows bigint) ON true
),

set_apart AS (
    SELECT
        'staging.purchase_lines' AS dataset,
        count(*) AS rejected_rows
    FROM support.rejected_rows
    UNION ALL
    SELECT
        'staging.erp_' || extract AS dataset,
        count(*) AS rejected_rows
    FROM support.rejected_erp_rows
    GROUP BY extract
),

merged AS (
    SELECT
        'staging.purchase_lines' AS dataset,
        count(*) AS merged_rows
    FROM staging.purchase_lines
    WHERE status = 'merged'
),

flagged AS (
    SELECT
        'core.fact_demand_daily' AS dataset,
        count(*) AS flagged_rows
    FROM core.fact_demand_anomalies
    UNION ALL
    SELECT
        'core.fact_purchase_lines' AS dataset,
        count(*) AS flagged_rows
    FROM core.fact_price_anomalies
)

SELECT
    recent.publication_id,
    recent.dataset,
    checked.name AS check_name,
    checked.severity,
    CASE
        WHEN checked.offending_rows = 0 THEN 'passed'
        WHEN checked.severity = 'warn' THEN 'warned'
        ELSE 'refused'
    END AS status,
    checked.offending_rows,
    recent.published_at,
    recent.run_id,
    recent.is_latest,
    recent.first_day,
    recent.last_day,
    recent.rows,
    recent.former_rows,
    recent.rows::double precision / nullif(recent.former_rows, 0) - 1 AS row_count_change_share,
    null_cells.share AS null_share,
    CASE WHEN recent.is_latest THEN set_apart.rejected_rows END AS rejected_rows,
    CASE WHEN recent.is_latest THEN merged.merged_rows END AS merged_rows,
    CASE WHEN recent.is_latest THEN flagged.flagged_rows END AS flagged_rows,
    extract(epoch FROM now() - recent.published_at)::double precision / 86400 AS age_days
FROM recent
INNER JOIN checked USING (publication_id)
LEFT JOIN null_cells USING (publication_id)
LEFT JOIN set_apart USING (dataset)
LEFT JOIN merged USING (dataset)
LEFT JOIN flagged USING (dataset)
