-- A sum of rounded parts misses the whole by its last digits.
WITH places AS (
    SELECT
        date,
        item_id,
        method,
        sum(expected_demand) AS expected_demand
    FROM analytics.inventory_policy
    WHERE date BETWEEN %(first)s AND %(last)s AND site_id <> 'ALL'
    GROUP BY date, item_id, method
)

SELECT
    places.date,
    places.item_id,
    places.method,
    places.expected_demand AS places_together,
    whole.expected_demand
FROM places
LEFT JOIN analytics.inventory_policy AS whole
    ON
        places.date = whole.date
        AND places.item_id = whole.item_id
        AND places.method = whole.method
        AND whole.site_id = 'ALL'
        AND whole.served
WHERE abs(places.expected_demand - whole.expected_demand) <= 1e-9 * greatest(1, whole.expected_demand) IS NOT TRUE
