-- Order lines of materials that were open at the end of day $1, and when they are expected: as promised, or, without a
-- promise that can be meant, after the median wait of the supplier, which counts from the request, as known on origin $2.
-- A rest that was cancelled since is left out of every day, as in core.fact_inventory_daily.
WITH received AS (
    SELECT
        order_id,
        line_no,
        sum(quantity) AS quantity
    FROM core.fact_receipts_daily
    WHERE date <= $1::date
    GROUP BY order_id, line_no
),

waits AS (
    SELECT
        supplier_id,
        ceil(p50_days)::integer AS days
    FROM analytics.supplier_lead_times
    WHERE origin = $2::date
)

SELECT
    lines.item_id,
    lines.site_id,
    (lines.ordered_qty - coalesce(received.quantity, 0))::double precision AS quantity,
    CASE
        WHEN lines.promised_on BETWEEN lines.ordered_on AND lines.ordered_on + 730 THEN lines.promised_on
        ELSE least(lines.requested_on, lines.ordered_on) + coalesce(own.days, anybody.days)
    END - $1::date AS due
FROM core.fact_purchase_lines AS lines
INNER JOIN core.dim_item AS items ON lines.item_id = items.item_id
LEFT JOIN received ON lines.order_id = received.order_id AND lines.line_no = received.line_no
LEFT JOIN waits AS own ON lines.supplier_id = own.supplier_id
LEFT JOIN waits AS anybody ON anybody.supplier_id = 'ALL'
WHERE
    lines.ordered_on <= $1::date
    AND NOT lines.is_open AND NOT lines.rest_cancelled AND NOT items.is_service
    AND lines.ordered_qty > coalesce(received.quantity, 0)
ORDER BY lines.item_id COLLATE "C", lines.site_id COLLATE "C", lines.order_id, lines.line_no
