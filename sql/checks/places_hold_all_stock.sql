SELECT date, item_id, sum(on_hand) FILTER (WHERE site_id = 'ALL') AS together, sum(on_hand) FILTER (WHERE site_id <> 'ALL') AS places
FROM analytics.stock_projection
WHERE date BETWEEN %(first)s AND %(last)s
GROUP BY date, item_id
HAVING
    coalesce(sum(on_hand) FILTER (WHERE site_id = 'ALL'), 0)
    <> coalesce(sum(on_hand) FILTER (WHERE site_id <> 'ALL'), 0)
