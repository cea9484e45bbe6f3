-- Stock beyond what will be needed, on the last day of each week: dead where there has been no demand for long, else excess.
-- Demand is that of all places together, so an item's stock is judged as a whole, and each place has its part.
WITH stock AS (
    SELECT
        inventory.item_id,
        inventory.site_id,
        inventory.date,
        greatest(inventory.on_hand, 0) AS on_hand,
        greatest(inventory.on_hand, 0) * inventory.unit_cost_brl AS value_brl
    FROM core.fact_inventory_daily AS inventory
    WHERE
        extract(isodow FROM inventory.date) = 7
        AND inventory.date BETWEEN %(first)s::date - 7 * %(dead_weeks)s AND %(last)s
),

together AS (
    SELECT
        item_id,
        date,
        sum(on_hand) AS on_hand
    FROM stock
    GROUP BY item_id, date
),

data_start AS (
    SELECT min(week) AS week
    FROM analytics.features_demand_weekly
),

-- Days of which both stock and the demand since are known.
known_days AS (
    SELECT DISTINCT together.date
    FROM together
    INNER JOIN data_start ON together.date + 1 >= data_start.week
),

demand AS (
    SELECT
        item_id,
        week + 6 AS date,
        avg(demand) OVER (
            PARTITION BY item_id ORDER BY week ROWS BETWEEN %(excess_weeks)s - 1 PRECEDING AND CURRENT ROW
        ) AS mean_weekly,
        sum(demand) OVER (
            PARTITION BY item_id ORDER BY week ROWS BETWEEN %(dead_weeks)s - 1 PRECEDING AND CURRENT ROW
        ) AS lately
    FROM analytics.features_demand_weekly
    WHERE week BETWEEN %(first)s::date - 6 - 7 * greatest(%(dead_weeks)s, %(excess_weeks)s) AND %(last)s
),

judged AS (
    SELECT
        now.item_id,
        now.date,
        data_start.week + 7 * %(excess_weeks)s <= now.date + 1 AS excess_is_known,
        then_known.date IS NOT NULL AS dead_is_known,
        -- What lies there since less time than that may still wait for its first use.
        coalesce(demand.lately, 0) = 0 AND before.on_hand > 0 AS is_dead,
        greatest(0, now.on_hand - %(excess_weeks)s * demand.mean_weekly) / nullif(now.on_hand, 0) AS excess_share
    FROM together AS now
    CROSS JOIN data_start
    LEFT JOIN demand ON now.item_id = demand.item_id AND now.date = demand.date
    LEFT JOIN known_days AS then_known ON now.date - 7 * %(dead_weeks)s = then_known.date
    LEFT JOIN together AS before ON now.item_id = before.item_id AND now.date - 7 * %(dead_weeks)s = before.date
    WHERE now.date BETWEEN %(first)s AND (SELECT max(date) FROM demand)
),

members AS (
    SELECT
        stock.date,
        CASE WHEN grouping(items.family) = 0 THEN 'family' WHEN grouping(stock.site_id) = 0 THEN 'site' ELSE 'all' END
            AS dimension,
        coalesce(items.family, stock.site_id, 'ALL') AS member,
        bool_and(judged.excess_is_known) AS excess_is_known,
        bool_and(judged.dead_is_known) AS dead_is_known,
        sum(stock.value_brl) AS value_brl,
        coalesce(sum(stock.value_brl) FILTER (WHERE judged.is_dead), 0) AS dead_brl,
        coalesce(sum(stock.value_brl * judged.excess_share) FILTER (WHERE judged.is_dead IS NOT TRUE), 0) AS excess_brl
    FROM stock
    INNER JOIN judged ON stock.item_id = judged.item_id AND stock.date = judged.date
    INNER JOIN core.dim_item AS items ON stock.item_id = items.item_id
    WHERE NOT items.is_service
    GROUP BY GROUPING SETS ((stock.date), (stock.date, items.family), (stock.date, stock.site_id))
)

SELECT
    members.date,
    members.dimension,
    members.member,
    figures.kpi,
    CASE WHEN members.value_brl IS NOT NULL AND figures.is_known THEN figures.numerator END::double precision AS numerator,
    CASE WHEN members.value_brl IS NOT NULL AND figures.is_known THEN figures.denominator END::double precision
        AS denominator,
    CASE
        WHEN NOT figures.is_known THEN 'history_too_short'
        WHEN members.value_brl IS NULL THEN 'prices_not_in_source'
    END AS reason
FROM members
CROSS JOIN LATERAL (
    VALUES
    ('excess_stock_brl', members.excess_brl, 1, members.excess_is_known),
    ('excess_stock_rate', members.excess_brl, members.value_brl, members.excess_is_known),
    ('dead_stock_brl', members.dead_brl, 1, members.dead_is_known),
    ('dead_stock_rate', members.dead_brl, members.value_brl, members.dead_is_known)
) AS figures (kpi, numerator, denominator, is_known)
