-- Publications of the last 30 days that a check refused, the newest first, with one offending row.
SELECT
    publications.published_at,
    publications.dataset,
    checks.name AS check_name,
    checks.offending_rows,
    checks.examples -> 0 AS example
FROM support.publications
CROSS JOIN LATERAL
    jsonb_to_recordset(publications.checks) AS checks (name text, severity text, offending_rows bigint, examples jsonb)
WHERE
    publications.version IS NULL
    AND publications.published_at > now() - interval '30 days'
    AND checks.offending_rows > 0
    AND checks.severity = 'error'
ORDER BY publications.publication_id DESC, checks.name
LIMIT 10
