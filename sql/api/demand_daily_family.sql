-- Demand by day, family and unit from $1 to $2, of the family $3 or of all.
SELECT
    date,
    family,
    unit,
    demand::float8 AS demand,
    request_lines,
    items
FROM analytics.mv_demand_daily_family
WHERE
    ($1::date IS NULL OR date >= $1)
    AND ($2::date IS NULL OR date <= $2)
    AND ($3::text IS NULL OR family = $3)
ORDER BY date, family, unit
LIMIT $4::int
