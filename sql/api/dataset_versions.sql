-- Versions of the datasets in $1, in the snapshot in which the rows are read.
SELECT
    dataset,
    version
FROM support.dataset_versions
WHERE dataset = ANY($1::text[])
