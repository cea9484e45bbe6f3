SELECT
    date,
    item_id,
    site_id,
    count(*) FILTER (WHERE served) AS served_methods
FROM analytics.inventory_policy
WHERE date BETWEEN %(first)s AND %(last)s
GROUP BY date, item_id, site_id
HAVING count(*) FILTER (WHERE served) <> 1
