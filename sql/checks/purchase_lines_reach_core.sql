-- Per requisition and day of the workbook: as many lines, and as much quantity, as were kept in staging.
WITH wanted AS (
    SELECT
        requisition_id AS order_id,
        requested_on,
        count(*) AS lines,
        sum(quantity) AS quantity
    FROM staging.purchase_lines
    WHERE status = 'kept' AND requested_on BETWEEN %(first)s AND %(last)s
    GROUP BY requisition_id, requested_on
),

present AS (
    SELECT
        order_id,
        requested_on,
        count(*) AS lines,
        sum(ordered_qty) AS quantity
    FROM core.fact_purchase_lines
    WHERE requested_on BETWEEN %(first)s AND %(last)s AND EXISTS (SELECT FROM staging.purchase_lines)
    GROUP BY order_id, requested_on
)

SELECT
    order_id,
    requested_on,
    wanted.lines AS lines_in_staging,
    present.lines AS lines_in_core
FROM wanted
FULL JOIN present USING (order_id, requested_on)
WHERE (wanted.lines, wanted.quantity) IS DISTINCT FROM (present.lines, present.quantity)
