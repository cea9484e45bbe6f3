-- The latest publication of each table, with the checks that it failed.
SELECT
    dataset,
    rows,
    former_rows,
    row_count_change_share,
    null_share,
    rejected_rows,
    merged_rows,
    flagged_rows,
    age_days,
    string_agg(check_name || ' (' || offending_rows || ')', ', ' ORDER BY check_name) FILTER (WHERE status <> 'passed')
        AS warnings
FROM analytics.data_quality
WHERE is_latest
GROUP BY
    dataset, rows, former_rows, row_count_change_share, null_share, rejected_rows, merged_rows, flagged_rows, age_days
ORDER BY bool_and(status = 'passed'), dataset
