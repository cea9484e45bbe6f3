-- Items by value and by regularity, as of the latest origin; those without a class yet are in class `-`.
WITH latest_profile AS (
    SELECT *
    FROM analytics.features_demand_profile
    WHERE origin = (SELECT max(origin) FROM analytics.features_demand_profile)
),

stock AS (
    SELECT
        item_id,
        sum(greatest(on_hand, 0) * unit_cost_brl) AS value_brl
    FROM core.fact_inventory_daily
    WHERE date = (SELECT max(date) FROM core.fact_inventory_daily)
    GROUP BY item_id
)

SELECT
    coalesce(items.family, 'ALL') AS family,
    coalesce(profile.abc_class, '-') AS abc_class,
    coalesce(profile.xyz_class, '-') AS xyz_class,
    max(profile.abc_basis) AS abc_basis,
    profile.origin,
    count(*) AS items,
    sum(profile.request_lines_52w) AS request_lines_52w,
    sum(profile.demand_52w * items.unit_cost_brl) AS demand_value_52w_brl,
    sum(stock.value_brl) AS stock_value_brl,
    CASE
        WHEN count(stock.item_id) = 0 THEN 'stock_not_in_source'
        WHEN sum(stock.value_brl) IS NULL THEN 'prices_not_in_source'
    END AS stock_reason,
    CASE WHEN sum(profile.demand_52w * items.unit_cost_brl) IS NULL THEN 'prices_not_in_source' END AS value_reason
FROM latest_profile AS profile
INNER JOIN core.dim_item AS items ON profile.item_id = items.item_id
LEFT JOIN stock ON profile.item_id = stock.item_id
GROUP BY
    GROUPING SETS (
        (profile.origin, profile.abc_class, profile.xyz_class), (profile.origin, profile.abc_class, profile.xyz_class, items.family)
    )
