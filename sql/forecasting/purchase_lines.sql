-- Purchases of materials that were requested before the last origin of a run, with all that the source knows of them
-- today: what was known on an origin is cut out of it by the dates.
SELECT
    lines.item_id,
    lines.supplier_id,
    lines.requested_on,
    lines.ordered_on,
    lines.received_on,
    lines.after_the_fact,
    lines.is_open,
    EXISTS (SELECT FROM core.fact_purchase_lines WHERE received_on IS NOT NULL) AS has_receipts
FROM core.fact_purchase_lines AS lines
INNER JOIN core.dim_item AS items ON lines.item_id = items.item_id
WHERE lines.requested_on < $1 AND NOT items.is_service
