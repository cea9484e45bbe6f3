-- Items that will be short before an order can come, and stocking places that are about to be empty though the item is
-- still somewhere. One cause from the first warning to the empty shelf: it escalates.
WITH projected AS (
    SELECT
        projection.*,
        items.criticality = 'H' AS is_critical,
        coalesce(projection.stockout_on_q50 - projection.date, projection.horizon_days + 1) AS days_left
    FROM analytics.stock_projection AS projection
    INNER JOIN core.dim_item AS items ON projection.item_id = items.item_id
    WHERE
        projection.date
        = (SELECT max(latest.date) FROM analytics.stock_projection AS latest WHERE latest.date <= %(as_of)s)
        AND projection.on_hand IS NOT NULL
)

SELECT
    CASE
        WHEN on_hand <= 0 OR is_critical IS TRUE OR stockout_probability >= %(sure_stockout_chance)s THEN 'critical'
        ELSE 'warning'
    END AS level,
    'item' AS subject_kind,
    item_id AS subject_id,
    'stock runs out' AS cause,
    stockout_probability AS value,
    %(stockout_chance)s AS threshold,
    jsonb_build_object(
        'on_hand', on_hand, 'position', position, 'late_on_order', late_on_order, 'next_arrival_on', next_arrival_on,
        'days_of_cover', days_of_cover, 'stockout_on_q50', stockout_on_q50, 'stockout_on_q90', stockout_on_q90
    ) AS details
FROM projected
WHERE site_id = 'ALL' AND stockout_probability >= %(stockout_chance)s
UNION ALL
SELECT
    CASE WHEN on_hand <= 0 AND is_critical IS TRUE THEN 'critical' ELSE 'warning' END AS level,
    'item_site' AS subject_kind,
    item_id || '/' || site_id AS subject_id,
    'stock runs out' AS cause,
    days_left AS value,
    %(place_days)s AS threshold,
    jsonb_build_object(
        'item_id', item_id, 'site_id', site_id, 'on_hand', on_hand, 'next_arrival_on', next_arrival_on,
        'stockout_on_q50', stockout_on_q50, 'stockout_on_q90', stockout_on_q90
    ) AS details
FROM projected
WHERE site_id <> 'ALL' AND demand_share > 0 AND days_left <= %(place_days)s
