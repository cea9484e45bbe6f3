SELECT days.date, items.item_id
FROM (SELECT DISTINCT date FROM analytics.recommendations WHERE date BETWEEN %(first)s AND %(last)s) AS days
CROSS JOIN core.dim_item AS items
EXCEPT
SELECT date, item_id
FROM analytics.recommendations
WHERE date BETWEEN %(first)s AND %(last)s
