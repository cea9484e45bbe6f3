-- While an ERP is the source, the open rows are the items and values of core.dim_item.
SELECT
    open_rows.item_id AS open_item_id,
    present.item_id AS present_item_id,
    open_rows.unit_cost_brl AS open_unit_cost_brl,
    present.unit_cost_brl AS present_unit_cost_brl
FROM (SELECT * FROM core.dim_item_history WHERE valid_to IS NULL) AS open_rows
FULL JOIN core.dim_item AS present ON open_rows.item_id = present.item_id
WHERE
    EXISTS (SELECT FROM staging.erp_items)
    AND (
        open_rows.item_id, open_rows.unit_cost_brl, open_rows.lead_time_days,
        open_rows.min_order_qty, open_rows.order_multiple
    ) IS DISTINCT FROM (
        present.item_id, present.unit_cost_brl, present.lead_time_days,
        present.min_order_qty, present.order_multiple
    )
