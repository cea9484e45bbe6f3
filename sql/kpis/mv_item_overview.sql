WITH data_end AS (
    SELECT max(requested_on) AS date
    FROM core.fact_purchase_lines
),

latest_profile AS (
    SELECT *
    FROM analytics.features_demand_profile
    WHERE origin = (SELECT max(origin) FROM analytics.features_demand_profile)
),

demand AS (
    SELECT
        daily.item_id,
        min(daily.date) AS first_demand_on,
        max(daily.date) AS last_demand_on,
        sum(daily.demand) AS demand_total,
        coalesce(sum(daily.demand) FILTER (WHERE daily.date > data_end.date - 364), 0) AS demand_52w
    FROM core.fact_demand_daily AS daily
    CROSS JOIN data_end
    GROUP BY daily.item_id
),

requests AS (
    SELECT
        lines.item_id,
        count(*) FILTER (WHERE lines.requested_on > data_end.date - 364) AS request_lines_52w,
        count(*) FILTER (WHERE NOT lines.after_the_fact AND lines.ordered_on IS NOT NULL) AS lead_time_lines,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY lines.ordered_on - lines.requested_on)
            FILTER (WHERE NOT lines.after_the_fact) AS lead_time_median_days,
        percentile_cont(0.9) WITHIN GROUP (ORDER BY lines.ordered_on - lines.requested_on)
            FILTER (WHERE NOT lines.after_the_fact) AS lead_time_p90_days
    FROM core.fact_purchase_lines AS lines
    CROSS JOIN data_end
    GROUP BY lines.item_id
),

forecast AS (
    SELECT
        item_id,
        origin,
        model AS served_model,
        sum(forecast_value) FILTER (WHERE forecast_date < origin + 28) AS forecast_4w
    FROM analytics.fact_forecasts
    WHERE served AND site_id = 'ALL' AND origin = (SELECT max(origin) FROM analytics.fact_forecasts)
    GROUP BY item_id, origin, model
),

stock AS (
    SELECT
        item_id,
        sum(on_hand) AS on_hand
    FROM core.fact_inventory_daily
    WHERE date = (SELECT max(date) FROM core.fact_inventory_daily)
    GROUP BY item_id
)

SELECT
    items.item_id,
    items.item_name,
    items.family,
    items.category,
    items.unit,
    items.is_service,
    items.active,
    profile.demand_class,
    profile.abc_class,
    profile.abc_basis,
    profile.xyz_class,
    profile.adi,
    profile.cv2,
    profile.weeks_observed,
    profile.weeks_with_demand,
    demand.first_demand_on,
    demand.last_demand_on,
    -- Services are requested and have no demand; an item that was only ordered by mistake has none yet.
    CASE WHEN NOT items.is_service THEN coalesce(demand.demand_total, 0) END AS demand_total,
    CASE WHEN NOT items.is_service THEN coalesce(demand.demand_52w, 0) END AS demand_52w,
    coalesce(requests.request_lines_52w, 0) AS request_lines_52w,
    profile.mean_weekly_demand,
    forecast.origin,
    forecast.served_model,
    forecast.forecast_4w,
    coalesce(requests.lead_time_lines, 0) AS lead_time_lines,
    requests.lead_time_median_days,
    requests.lead_time_p90_days,
    stock.on_hand,
    CASE WHEN stock.on_hand IS NULL THEN 'stock_not_in_source' END AS on_hand_reason,
    items.unit_cost_brl,
    CASE WHEN items.unit_cost_brl IS NULL THEN 'prices_not_in_source' END AS unit_cost_reason
FROM core.dim_item AS items
LEFT JOIN latest_profile AS profile ON items.item_id = profile.item_id
LEFT JOIN demand ON items.item_id = demand.item_id
LEFT JOIN requests ON items.item_id = requests.item_id
LEFT JOIN forecast ON items.item_id = forecast.item_id
LEFT JOIN stock ON items.item_id = stock.item_id
