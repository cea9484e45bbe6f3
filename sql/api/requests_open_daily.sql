-- Open request lines by day and family from $1 to $2, of the family $3 or of all.
SELECT
    date,
    family,
    open_lines,
    oldest_open_days
FROM analytics.mv_requests_open_daily
WHERE
    ($1::date IS NULL OR date >= $1)
    AND ($2::date IS NULL OR date <= $2)
    AND ($3::text IS NULL OR family = $3)
ORDER BY date, family
LIMIT $4::int
