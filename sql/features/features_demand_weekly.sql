-- A complete grid: every item from the week of its first demand on, zeros included. The week in which the data end is
-- left out until it is whole, since half a week would look like falling demand.
WITH data_end AS (
    SELECT max(requested_on) AS date
    FROM core.fact_purchase_lines
),

weeks AS (
    SELECT generate_series(%(first)s::date, least(%(last)s::date, data_end.date), interval '7 days')::date AS week
    FROM data_end
),

items AS (
    SELECT
        item_id,
        date_trunc('week', min(date))::date AS first_week
    FROM core.fact_demand_daily
    GROUP BY item_id
),

weekly_demand AS (
    SELECT
        item_id,
        date_trunc('week', date)::date AS week,
        sum(demand) AS demand,
        sum(request_lines)::integer AS request_lines
    FROM core.fact_demand_daily
    WHERE date BETWEEN %(first)s AND %(last)s
    GROUP BY item_id, date_trunc('week', date)
)

SELECT
    items.item_id,
    weeks.week,
    coalesce(weekly_demand.demand, 0) AS demand,
    coalesce(weekly_demand.request_lines, 0) AS request_lines
FROM items
INNER JOIN weeks ON items.first_week <= weeks.week
INNER JOIN data_end ON weeks.week + 6 <= data_end.date
LEFT JOIN weekly_demand ON items.item_id = weekly_demand.item_id AND weeks.week = weekly_demand.week
