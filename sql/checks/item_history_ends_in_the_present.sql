-- While an ERP is the source, the open rows are the items and values of core.dim_item.
WITH open_rows AS (
    SELECT
        item_id,
        unit_cost_brl,
        lead_time_days,
        min_order_qty,
        order_multiple
    FROM core.dim_item_history
    WHERE valid_to IS NULL AND EXISTS (SELECT FROM staging.erp_items)
),

present AS (
    SELECT
        item_id,
        unit_cost_brl,
        lead_time_days,
        min_order_qty,
        order_multiple
    FROM core.dim_item
    WHERE EXISTS (SELECT FROM staging.erp_items)
)

SELECT
    coalesce(open_rows.item_id, present.item_id) AS item_id,
    to_jsonb(open_rows) AS open_row,
    to_jsonb(present) AS present
FROM open_rows
FULL JOIN present ON open_rows.item_id = present.item_id
WHERE to_jsonb(open_rows) IS DISTINCT FROM to_jsonb(present)
