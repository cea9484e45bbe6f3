-- Every raw row must be found once: among the repaired lines or among the rejected rows.
SELECT
    raw.row_number,
    count(lines.row_number) AS repaired,
    count(rejected.row_number) AS rejected
FROM staging.workbook_lines AS raw
LEFT JOIN staging.purchase_lines AS lines ON raw.row_number = lines.row_number
LEFT JOIN
    support.rejected_rows AS rejected
    ON raw.row_number = rejected.row_number AND rejected.source = 'purchasing_workbook'
GROUP BY raw.row_number
HAVING count(lines.row_number) + count(rejected.row_number) <> 1
UNION ALL
SELECT
    made.row_number,
    1 AS repaired,
    0 AS rejected
FROM (
    SELECT row_number FROM staging.purchase_lines
    UNION ALL
    SELECT row_number FROM support.rejected_rows WHERE source = 'purchasing_workbook'
) AS made
WHERE NOT EXISTS (SELECT FROM staging.workbook_lines AS raw WHERE raw.row_number = made.row_number)
