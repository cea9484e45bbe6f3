-- Unit of the item $1; no row: no such item.
SELECT unit
FROM core.dim_item
WHERE item_id = $1::text
