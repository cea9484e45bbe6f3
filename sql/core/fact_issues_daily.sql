-- What left each stocking place for work, by the source in use: the workbook knows of no stock. Demand is kept by the
-- tower that it is for; this is kept by the place that must have it in stock.
SELECT
    movements.item_id,
    movements.site_id,
    movements.moved_on AS date,
    sum(-movements.quantity) AS quantity,
    count(*)::integer AS issue_lines
FROM staging.erp_stock_movements AS movements
INNER JOIN core.dim_item AS items ON movements.item_id = items.item_id
INNER JOIN core.dim_site AS sites ON movements.site_id = sites.site_id
WHERE
    movements.kind = 'issue' AND movements.quantity < 0 AND NOT items.is_service
    AND movements.moved_on BETWEEN %(first)s AND %(last)s
GROUP BY movements.item_id, movements.site_id, movements.moved_on
