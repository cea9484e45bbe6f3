-- Lines requested from purchasing.
SELECT
    line.order_id,
    line.line_no,
    line.item_id,
    line.site_id,
    line.supplier_id,
    line.needed_on,
    line.requested_on,
    line.ordered_on,
    line.promised_on,
    line.received_on,
    line.ordered_qty::float8 AS ordered_qty,
    line.received_qty::float8 AS received_qty,
    line.unit_price_brl::float8 AS unit_price_brl,
    line.after_the_fact,
    line.is_open,
    line.rest_cancelled,
    (line.ordered_qty * line.unit_price_brl)::float8 AS value_brl,
    item.item_name,
    item.family,
    item.unit,
    supplier.supplier_name
FROM core.fact_purchase_lines AS line
LEFT JOIN core.dim_item AS item ON item.item_id = line.item_id
LEFT JOIN core.dim_supplier AS supplier ON supplier.supplier_id = line.supplier_id
