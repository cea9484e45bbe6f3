-- Stock of materials at the end of day $1: of the latest day that has any, for a day without movements has no rows.
WITH latest AS (
    SELECT max(date) AS date
    FROM core.fact_inventory_daily
    WHERE date <= $1::date AND date > $1::date - 31
)

SELECT
    stock.item_id,
    stock.site_id,
    coalesce(stock.on_hand, 0)::double precision AS on_hand
FROM core.fact_inventory_daily AS stock
INNER JOIN core.dim_item AS items ON stock.item_id = items.item_id
WHERE stock.date = (SELECT latest.date FROM latest) AND NOT items.is_service
ORDER BY stock.item_id COLLATE "C", stock.site_id COLLATE "C"
