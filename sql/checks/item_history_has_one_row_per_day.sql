-- Every item has rows from the first day on, each not empty and ending before the next begins; only a removal leaves days
-- without one.
WITH following AS (
    SELECT
        item_id,
        valid_from,
        valid_to,
        ended_by,
        lag(valid_from) OVER earlier IS NULL AS is_first,
        lead(valid_from) OVER earlier AS next_from
    FROM core.dim_item_history
    WINDOW earlier AS (PARTITION BY item_id ORDER BY valid_from)
)

SELECT *
FROM following
WHERE
    valid_to <= valid_from
    OR next_from < valid_to
    OR (is_first AND valid_from <> (SELECT min(valid_from) FROM following))
    OR (valid_to IS NULL) <> (ended_by IS NULL)
    OR (valid_to IS NULL AND next_from IS NOT NULL)
    OR (ended_by = 'change' AND next_from IS DISTINCT FROM valid_to)
    OR (ended_by = 'removal' AND next_from = valid_to)
