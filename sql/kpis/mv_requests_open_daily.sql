WITH data_days AS (
    SELECT
        min(requested_on) AS first_day,
        max(requested_on) AS last_day
    FROM core.fact_purchase_lines
),

material_lines AS (
    SELECT
        items.family,
        lines.requested_on,
        lines.ordered_on,
        lines.is_open
    FROM core.fact_purchase_lines AS lines
    INNER JOIN core.dim_item AS items ON lines.item_id = items.item_id
    WHERE NOT items.is_service AND NOT lines.after_the_fact
)

SELECT
    calendar.date,
    lines.family,
    count(*) AS open_lines,
    max(calendar.date - lines.requested_on) AS oldest_open_days
FROM core.dim_calendar AS calendar
INNER JOIN data_days ON calendar.date BETWEEN data_days.first_day AND data_days.last_day
INNER JOIN
    material_lines AS lines
    ON calendar.date >= lines.requested_on AND (lines.is_open OR calendar.date < lines.ordered_on)
GROUP BY calendar.date, lines.family
