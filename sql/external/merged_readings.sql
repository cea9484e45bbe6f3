-- Rows of a source's table after an answer. A row just read replaces the present one unless that is of better quality,
-- so a simulated value never takes the place of a real one. A real value that the answer does not repeat stays: sources
-- answer with gaps more often than they take a value back. A simulated value stays only where nothing was answered.
WITH answered AS (
    SELECT *
    FROM
        jsonb_to_recordset(%(rows)s::jsonb) AS answered (
            series text, region text, date date, value numeric, unit text, quality text, fetched_at timestamptz
        )
),

present AS (
    SELECT *
    FROM {table}
    WHERE date BETWEEN %(first)s AND %(last)s
),

ranks (quality, rank) AS (
    VALUES ('simulated', 1), ('forecast', 2), ('observed', 3)
)

SELECT answered.*
FROM answered
INNER JOIN ranks USING (quality)
LEFT JOIN present ON (answered.series, answered.region, answered.date) = (present.series, present.region, present.date)
LEFT JOIN ranks AS present_ranks ON present.quality = present_ranks.quality
WHERE present_ranks.rank IS NULL OR ranks.rank >= present_ranks.rank
UNION ALL
SELECT
    present.series,
    present.region,
    present.date,
    present.value,
    present.unit,
    present.quality,
    present.fetched_at
FROM present
INNER JOIN ranks USING (quality)
LEFT JOIN answered ON (answered.series, answered.region, answered.date) = (present.series, present.region, present.date)
LEFT JOIN ranks AS answered_ranks ON answered.quality = answered_ranks.quality
WHERE
    ranks.rank > answered_ranks.rank
    OR (answered_ranks.rank IS NULL AND (present.quality <> 'simulated' OR NOT %(answered)s))
