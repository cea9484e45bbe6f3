-- Where items are stocked at the end of day $1: the part of what was issued for work in the 52 weeks up to the day that left
-- each place, and places that hold some although nothing left them. Of items that were never issued the parts are unknown.
WITH issued AS (
    SELECT
        item_id,
        site_id,
        sum(quantity) AS quantity
    FROM core.fact_issues_daily
    WHERE date > $1::date - 364 AND date <= $1::date
    GROUP BY item_id, site_id
),

held AS (
    SELECT
        item_id,
        site_id
    FROM core.fact_inventory_daily
    WHERE date = $1::date AND on_hand > 0
),

totals AS (
    SELECT
        item_id,
        sum(quantity) AS quantity
    FROM issued
    GROUP BY item_id
)

SELECT
    totals.item_id,
    places.site_id,
    (coalesce(issued.quantity, 0) / totals.quantity)::double precision AS share
FROM (
    SELECT
        item_id,
        site_id
    FROM issued
    UNION
    SELECT
        item_id,
        site_id
    FROM held
) AS places
INNER JOIN totals ON places.item_id = totals.item_id
LEFT JOIN issued ON places.item_id = issued.item_id AND places.site_id = issued.site_id
WHERE totals.quantity > 0
ORDER BY totals.item_id, places.site_id
