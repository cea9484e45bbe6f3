WITH data_end AS (
    SELECT max(requested_on) AS date
    FROM core.fact_purchase_lines
),

material_lines AS (
    SELECT
        lines.*,
        lines.ordered_on - lines.requested_on AS lead_time_days
    FROM core.fact_purchase_lines AS lines
    INNER JOIN core.dim_item AS items ON lines.item_id = items.item_id
    WHERE NOT items.is_service
),

latest_stock AS (
    SELECT *
    FROM core.fact_inventory_daily
    WHERE date = (SELECT max(date) FROM core.fact_inventory_daily)
),

served_accuracy AS (
    SELECT
        wape,
        bias
    FROM analytics.mv_forecast_accuracy
    WHERE model = 'served' AND demand_class = 'all' AND horizon_weeks = 0
),

figures (kpi, value, unit, reason) AS (
    SELECT 'active_items', count(*)::double precision, 'items', NULL
    FROM core.dim_item
    WHERE active AND NOT is_service
    UNION ALL
    SELECT 'request_lines_28d', count(*)::double precision, 'lines', NULL
    FROM material_lines
    CROSS JOIN data_end
    WHERE material_lines.requested_on > data_end.date - 28
    UNION ALL
    -- A source without one open line lists what was bought and nothing else: then none is unknown, not zero.
    SELECT
        'requests_open',
        CASE WHEN source.has_open_lines THEN coalesce(sum(backlog.open_lines), 0)::double precision END,
        'lines',
        CASE WHEN NOT source.has_open_lines THEN 'open_requests_not_in_source' END
    FROM (SELECT coalesce(bool_or(is_open), false) AS has_open_lines FROM core.fact_purchase_lines) AS source
    CROSS JOIN data_end
    LEFT JOIN analytics.mv_requests_open_daily AS backlog ON data_end.date = backlog.date
    GROUP BY source.has_open_lines
    UNION ALL
    SELECT 'lead_time_median_days', percentile_cont(0.5) WITHIN GROUP (ORDER BY lead_time_days), 'days', NULL
    FROM material_lines
    WHERE NOT after_the_fact
    UNION ALL
    SELECT 'lead_time_p90_days', percentile_cont(0.9) WITHIN GROUP (ORDER BY lead_time_days), 'days', NULL
    FROM material_lines
    WHERE NOT after_the_fact
    UNION ALL
    SELECT 'after_the_fact_rate', avg(after_the_fact::integer)::double precision, 'share', NULL
    FROM material_lines
    UNION ALL
    SELECT 'forecast_wape', max(wape), 'share', CASE WHEN max(wape) IS NULL THEN 'no_forecast_week_has_ended' END
    FROM served_accuracy
    UNION ALL
    SELECT 'forecast_bias', max(bias), 'share', CASE WHEN max(bias) IS NULL THEN 'no_forecast_week_has_ended' END
    FROM served_accuracy
    UNION ALL
    -- Where a source brings no stock and no deliveries the honest figure is none, with the reason.
    SELECT
        'stock_value_brl',
        sum(on_hand * unit_cost_brl)::double precision,
        'brl',
        CASE
            WHEN count(on_hand) = 0 THEN 'stock_not_in_source'
            WHEN count(unit_cost_brl) = 0 THEN 'prices_not_in_source'
        END
    FROM latest_stock
    UNION ALL
    SELECT
        'stockout_rate',
        avg((on_hand <= 0)::integer)::double precision,
        'share',
        CASE WHEN count(on_hand) = 0 THEN 'stock_not_in_source' END
    FROM latest_stock
    UNION ALL
    SELECT
        'on_time_rate',
        avg((received_on <= promised_on)::integer)::double precision,
        'share',
        CASE WHEN count(received_on <= promised_on) = 0 THEN 'receipts_not_in_source' END
    FROM material_lines
    UNION ALL
    SELECT
        'fill_rate',
        (sum(received_qty) / nullif(sum(ordered_qty) FILTER (WHERE received_qty IS NOT NULL), 0))::double precision,
        'share',
        CASE WHEN count(received_qty) = 0 THEN 'receipts_not_in_source' END
    FROM material_lines
)

SELECT
    figures.kpi,
    figures.value,
    figures.unit,
    figures.reason,
    data_end.date AS as_of
FROM figures
CROSS JOIN data_end
