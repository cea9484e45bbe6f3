-- Reasons of rejection with how often, and the first row of each.
WITH rejected AS (
    SELECT
        'sheet ' || sheet AS place,
        row_number AS row_number,
        reason,
        detail,
        raw
    FROM support.rejected_rows
    UNION ALL
    SELECT
        extract AS place,
        record_id AS row_number,
        reason,
        detail,
        raw
    FROM support.rejected_erp_rows
)

SELECT DISTINCT ON (count(*) OVER of_reason, place, reason)
    place,
    reason,
    count(*) OVER of_reason AS rows,
    row_number AS example_row,
    detail,
    raw AS example
FROM rejected
WINDOW of_reason AS (PARTITION BY place, reason)
ORDER BY count(*) OVER of_reason DESC, place, reason, row_number
