-- Items whose stock lasts longer than wanted at the demand of the last weeks, or that lies there without any: as in the
-- KPIs of excess and dead stock (docs/kpis.md), on the last day of stock.
WITH today AS (
    SELECT max(date) AS date
    FROM core.fact_inventory_daily
    WHERE date <= %(as_of)s
),

stock AS (
    SELECT
        inventory.item_id,
        sum(greatest(inventory.on_hand, 0)) FILTER (WHERE inventory.date = today.date)::double precision AS on_hand,
        sum(greatest(inventory.on_hand, 0) * inventory.unit_cost_brl) FILTER (WHERE inventory.date = today.date)
        ::double precision AS value_brl,
        bool_or(inventory.on_hand > 0) FILTER (WHERE inventory.date < today.date) AS lay_before
    FROM core.fact_inventory_daily AS inventory
    INNER JOIN today ON inventory.date IN (today.date, today.date - 7 * %(dead_weeks)s)
    GROUP BY inventory.item_id
),

demand AS (
    SELECT
        item_id,
        avg(demand) FILTER (WHERE week > %(as_of)s::date - 6 - 7 * %(excess_weeks)s)::double precision AS mean_weekly,
        sum(demand) FILTER (WHERE week > %(as_of)s::date - 6 - 7 * %(dead_weeks)s)::double precision AS lately
    FROM analytics.features_demand_weekly
    WHERE
        week > %(as_of)s::date - 6 - 7 * greatest(%(excess_weeks)s, %(dead_weeks)s)
        AND week <= %(as_of)s::date - 6
    GROUP BY item_id
),

judged AS (
    SELECT
        stock.item_id,
        stock.on_hand,
        demand.mean_weekly,
        coalesce(demand.lately, 0) = 0 AND stock.lay_before IS TRUE AS is_dead,
        CASE
            WHEN coalesce(demand.lately, 0) = 0 AND stock.lay_before IS TRUE THEN stock.value_brl
            ELSE stock.value_brl * greatest(0, 1 - %(excess_weeks)s * demand.mean_weekly / stock.on_hand)
        END AS excess_brl
    FROM stock
    INNER JOIN core.dim_item AS items ON stock.item_id = items.item_id
    LEFT JOIN demand ON stock.item_id = demand.item_id
    WHERE stock.on_hand > 0 AND NOT items.is_service
)

SELECT
    CASE WHEN excess_brl >= 10 * %(excess_brl)s THEN 'warning' ELSE 'info' END AS level,
    'item' AS subject_kind,
    item_id AS subject_id,
    CASE WHEN is_dead THEN 'dead' ELSE 'excess' END AS cause,
    excess_brl AS value,
    %(excess_brl)s AS threshold,
    jsonb_build_object(
        'on_hand', on_hand, 'mean_weekly_demand', round(mean_weekly::numeric, 4),
        'weeks_of_supply', round((on_hand / nullif(mean_weekly, 0))::numeric, 1)
    ) AS details
FROM judged
WHERE excess_brl >= %(excess_brl)s
