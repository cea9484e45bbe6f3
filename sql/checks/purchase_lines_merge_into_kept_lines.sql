SELECT
    lines.row_number,
    lines.merged_into
FROM staging.purchase_lines AS lines
LEFT JOIN staging.purchase_lines AS target ON lines.merged_into = target.row_number AND target.status = 'kept'
WHERE (lines.status = 'merged') <> (target.row_number IS NOT NULL)
