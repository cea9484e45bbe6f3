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

-- Days that a figure is of, up to the last one on which it is known.
spans (kpi, days) AS (
    VALUES
    ('stockout_rate', 1),
    ('fill_rate_lines', 91),
    ('fill_rate_units', 91),
    ('cycle_service_rate', 91),
    ('sla_exposure_rate', 91),
    ('carrying_cost_brl', 28),
    ('turnover', 364),
    ('days_of_supply', 91),
    ('excess_stock_rate', 1),
    ('dead_stock_rate', 1),
    ('on_time_rate', 364),
    ('received_share', 364),
    ('after_the_fact_rate', 364)
),

daily AS (
    SELECT
        *,
        max(date) OVER (PARTITION BY kpi) AS last_on
    FROM analytics.kpi_daily
    WHERE dimension = 'all' AND numerator IS NOT NULL
),

summed AS (
    SELECT
        spans.kpi,
        CASE
            WHEN count(daily.denominator) = 0 THEN sum(daily.numerator)
            ELSE sum(daily.numerator) / nullif(sum(daily.denominator), 0)
        END AS value
    FROM spans
    LEFT JOIN daily ON spans.kpi = daily.kpi AND daily.date > daily.last_on - spans.days
    GROUP BY spans.kpi
),

-- Why there is nothing, in the words of the latest month.
absent AS (
    SELECT DISTINCT ON (kpi)
        kpi,
        unit,
        coalesce(reason, 'nothing_to_measure') AS reason
    FROM analytics.mv_kpi_period
    WHERE grain = 'month' AND dimension = 'all'
    ORDER BY kpi, period DESC
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
    SELECT 'forecast_wape', max(wape), 'share', CASE WHEN max(wape) IS NULL THEN 'no_forecast_week_has_ended' END
    FROM served_accuracy
    UNION ALL
    SELECT 'forecast_bias', max(bias), 'share', CASE WHEN max(bias) IS NULL THEN 'no_forecast_week_has_ended' END
    FROM served_accuracy
    UNION ALL
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
        summed.kpi,
        summed.value,
        absent.unit,
        CASE WHEN summed.value IS NULL THEN absent.reason END
    FROM summed
    INNER JOIN absent ON summed.kpi = absent.kpi
)

SELECT
    figures.kpi,
    figures.value,
    figures.unit,
    figures.reason,
    data_end.date AS as_of
FROM figures
CROSS JOIN data_end
