-- Demand of materials, by the source in use. From the workbook: requests, one made after its purchase (a regularisation)
-- on the day of the purchase. From an ERP: issues from stock to work, at the tower they serve.
WITH requested AS (
    SELECT
        item_id,
        site_id,
        least(requested_on, ordered_on) AS date,
        quantity,
        NULL::numeric AS value_brl
    FROM staging.purchase_lines
    WHERE status = 'kept' AND NOT is_service
),

issued AS (
    SELECT
        movements.item_id,
        coalesce(sites.site_id, 'UNKNOWN') AS site_id,
        movements.moved_on AS date,
        -movements.quantity AS quantity,
        abs(movements.cost_brl) AS value_brl
    FROM staging.erp_stock_movements AS movements
    INNER JOIN core.dim_item AS items ON movements.item_id = items.item_id
    LEFT JOIN core.dim_site AS sites ON coalesce(movements.served_site_id, movements.site_id) = sites.site_id
    WHERE movements.kind = 'issue' AND movements.quantity < 0 AND NOT items.is_service
        AND movements.moved_on BETWEEN %(first)s AND %(last)s
),

demanded AS (
    SELECT * FROM requested
    UNION ALL
    SELECT * FROM issued
)

SELECT
    item_id,
    site_id,
    date,
    sum(quantity) AS demand,
    count(*)::integer AS request_lines,
    round(sum(value_brl), 4) AS demand_value_brl
FROM demanded
WHERE date BETWEEN %(first)s AND %(last)s
GROUP BY item_id, site_id, date
