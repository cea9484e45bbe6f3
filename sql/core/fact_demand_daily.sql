-- A request made after its purchase (a regularisation) was demand on the day of the purchase.
WITH demanded AS (
    SELECT
        item_id,
        site_id,
        least(requested_on, ordered_on) AS date,
        quantity
    FROM staging.purchase_lines
    WHERE status = 'kept' AND NOT is_service
)

SELECT
    item_id,
    site_id,
    date,
    sum(quantity) AS demand,
    count(*)::integer AS request_lines,
    NULL::numeric AS demand_value_brl
FROM demanded
WHERE date BETWEEN %(first)s AND %(last)s
GROUP BY item_id, site_id, date
