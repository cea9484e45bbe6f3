-- Every item of the register with what is known of it at the end of day $1, by the forecast of Monday $2; requests count as
-- to come for $3 days. What was proposed on the planned day before is told along.
WITH requested AS (
    SELECT
        item_id,
        sum(ordered_qty) AS quantity
    FROM core.fact_purchase_lines
    WHERE
        requested_on > $1::date - $3::integer AND requested_on <= $1::date
        AND (is_open OR ordered_on > $1::date) AND NOT rest_cancelled
    GROUP BY item_id
),

received AS (
    SELECT
        lines.item_id,
        max(receipts.date) AS received_on
    FROM core.fact_receipts_daily AS receipts
    INNER JOIN core.fact_purchase_lines AS lines
        ON receipts.order_id = lines.order_id AND receipts.line_no = lines.line_no
    WHERE receipts.date <= $1::date
    GROUP BY lines.item_id
),

-- Profiles end with the weeks before the origin.
demanded AS (
    SELECT
        item_id,
        max(demanded_on) AS demanded_on
    FROM (
        SELECT
            item_id,
            last_demand_on AS demanded_on
        FROM analytics.features_demand_profile
        WHERE origin = $2::date
        UNION ALL
        SELECT
            item_id,
            date AS demanded_on
        FROM core.fact_demand_daily
        WHERE date >= $2::date AND date <= $1::date AND demand > 0
    ) AS days
    GROUP BY item_id
),

-- The part of a year's demand that was for towers, whose owners are promised days.
towers AS (
    SELECT
        demand.item_id,
        coalesce(sum(demand.demand) FILTER (WHERE sites.client <> ''), 0) / nullif(sum(demand.demand), 0) AS share
    FROM core.fact_demand_daily AS demand
    LEFT JOIN core.dim_site AS sites ON demand.site_id = sites.site_id
    WHERE demand.date > $1::date - 364 AND demand.date <= $1::date
    GROUP BY demand.item_id
),

previous AS (
    SELECT
        item_id,
        action,
        proposed_since
    FROM analytics.recommendations
    WHERE
        date = (
            SELECT max(recommendations.date)
            FROM analytics.recommendations
            WHERE recommendations.date < $1::date AND recommendations.date > $1::date - 32
        )
)

SELECT
    items.item_id,
    items.unit,
    items.is_service,
    items.active,
    coalesce((items.attributes ->> 'blocked')::boolean, false) AS blocked,
    nullif(items.criticality, '') AS criticality,
    CASE
        WHEN items.attributes -> 'not_in_source' ? 'unit_cost_brl' THEN NULL
        ELSE nullif(history.unit_cost_brl, 0)
    END::double precision AS unit_cost_brl,
    projected.item_id IS NOT NULL AS is_projected,
    projected.on_hand::double precision AS on_hand,
    projected.on_order::double precision AS on_order,
    projected.late_on_order::double precision AS late_on_order,
    projected.lost_on_order::double precision AS lost_on_order,
    projected.too_late_on_order::double precision AS too_late_on_order,
    projected.stockout_probability,
    projected.expected_shortage,
    projected.stockout_on_q50 - $1::date AS stockout_q50_days,
    projected.stockout_on_q90 - $1::date AS stockout_q90_days,
    projected.reason AS projection_reason,
    coalesce(requested.quantity, 0)::double precision AS requested,
    policy.supplier_id,
    policy.lead_time_days,
    waits.lead_time_demand,
    policy.expected_demand,
    policy.reorder_point,
    policy.order_up_to,
    policy.min_order_qty::double precision AS min_order_qty,
    policy.order_multiple::double precision AS order_multiple,
    $1::date - demanded.demanded_on AS days_without_demand,
    $1::date - received.received_on AS days_without_receipt,
    coalesce(towers.share, 0)::double precision AS tower_share,
    previous.action AS previous_action,
    previous.proposed_since
FROM core.dim_item AS items
LEFT JOIN core.dim_item_history AS history
    ON
        items.item_id = history.item_id
        AND history.valid_from <= $1::date
        AND (history.valid_to IS NULL OR history.valid_to > $1::date)
LEFT JOIN analytics.stock_projection AS projected
    ON items.item_id = projected.item_id AND projected.date = $1::date AND projected.site_id = 'ALL'
LEFT JOIN analytics.inventory_policy AS policy
    ON items.item_id = policy.item_id AND policy.date = $1::date AND policy.site_id = 'ALL' AND policy.served
LEFT JOIN analytics.lead_time_demand AS waits
    ON items.item_id = waits.item_id AND waits.origin = $2::date AND waits.site_id = 'ALL'
LEFT JOIN requested ON items.item_id = requested.item_id
LEFT JOIN received ON items.item_id = received.item_id
LEFT JOIN demanded ON items.item_id = demanded.item_id
LEFT JOIN towers ON items.item_id = towers.item_id
LEFT JOIN previous ON items.item_id = previous.item_id
ORDER BY items.item_id COLLATE "C"
