-- How far the rows of the tables that are judged moved at their publications of the last 60 days, refused ones included.
SELECT
    published_at,
    dataset,
    row_count_change_share AS share,
    bool_or(status = 'refused') AS is_refused
FROM analytics.data_quality
WHERE row_count_change_share IS NOT NULL AND former_rows >= 20 AND published_at > now() - interval '60 days'
GROUP BY publication_id, published_at, dataset, row_count_change_share
HAVING bool_or(check_name = 'row_count_is_steady')
ORDER BY published_at, dataset
