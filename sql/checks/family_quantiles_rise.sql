SELECT *
FROM analytics.family_forecasts
WHERE
    origin BETWEEN %(first)s AND %(last)s
    AND NOT (q05 <= q10 AND q10 <= q50 AND q50 <= q80 AND q80 <= q90 AND q90 <= q95 AND q95 <= q99)
