-- What is known of each item that can be planned at the end of day $1, by the forecast of Monday $2: materials that are not
-- blocked and were demanded or requested in the 365 days up to the day. Prices and lots are those that held on the day;
-- where the source has no register, there are none.
WITH requested AS (
    SELECT DISTINCT item_id
    FROM core.fact_purchase_lines
    WHERE requested_on > $1::date - 365 AND requested_on <= $1::date
)

SELECT
    demand.item_id,
    demand.supplier_id,
    demand.lead_time_mean_days AS lead_time_days,
    demand.review_period_days,
    demand.expected_demand,
    demand.quantiles,
    profile.mean_weekly_demand AS weekly_mean,
    coalesce(profile.cv, 0) * profile.mean_weekly_demand AS weekly_sd,
    CASE
        WHEN profile.request_lines_52w > 0 AND profile.demand_52w > 0
            THEN profile.demand_52w::double precision / profile.request_lines_52w
        ELSE profile.demand_total::double precision / profile.weeks_with_demand
    END AS request_size,
    CASE
        WHEN items.attributes -> 'not_in_source' ? 'unit_cost_brl' THEN NULL
        ELSE nullif(history.unit_cost_brl, 0)
    END::double precision AS unit_cost_brl,
    CASE
        WHEN items.attributes -> 'not_in_source' ? 'min_order_qty' THEN NULL
        ELSE history.min_order_qty
    END::double precision AS min_order_qty,
    CASE
        WHEN items.attributes -> 'not_in_source' ? 'order_multiple' THEN NULL
        ELSE history.order_multiple
    END::double precision AS order_multiple,
    nullif(items.criticality, '') AS criticality,
    profile.abc_class
FROM analytics.lead_time_demand AS demand
INNER JOIN core.dim_item AS items ON demand.item_id = items.item_id
INNER JOIN analytics.features_demand_profile AS profile
    ON demand.origin = profile.origin AND demand.item_id = profile.item_id
LEFT JOIN core.dim_item_history AS history
    ON
        demand.item_id = history.item_id
        AND history.valid_from <= $1::date
        AND (history.valid_to IS NULL OR history.valid_to > $1::date)
WHERE
    demand.origin = $2::date
    AND demand.site_id = 'ALL'
    AND NOT items.is_service
    AND NOT coalesce((items.attributes ->> 'blocked')::boolean, false)
    AND (
        profile.last_demand_on > $1::date - 365
        OR demand.item_id IN (SELECT requested.item_id FROM requested)
    )
ORDER BY demand.item_id
