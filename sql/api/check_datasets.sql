-- Each dataset in $1 with what keeps it from being served, if anything. What people write may not have been written yet.
SELECT
    wanted.dataset,
    versions.version,
    CASE
        WHEN to_regclass(wanted.dataset) IS NULL THEN 'there is no such table: apply the migrations'
        WHEN NOT has_table_privilege(to_regclass(wanted.dataset), 'SELECT') THEN 'this role may not read it'
        WHEN versions.version IS NULL AND wanted.dataset NOT LIKE 'support.%' THEN 'it was never materialized'
    END AS fault
FROM unnest($1::text[]) AS wanted (dataset)
LEFT JOIN support.dataset_versions AS versions ON versions.dataset = wanted.dataset
ORDER BY wanted.dataset
