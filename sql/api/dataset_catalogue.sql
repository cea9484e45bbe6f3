-- Every served table; the version map of the API is made of this.
SELECT
    dataset,
    version,
    row_count,
    data_through,
    run_id,
    changed_at,
    materialized_at
FROM support.dataset_versions
ORDER BY dataset
