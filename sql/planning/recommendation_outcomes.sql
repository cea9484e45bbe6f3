-- What came of each proposal, told by its first day: orders placed within 14 days after it, and days on which no place had
-- any of the item, of the 56 days after it.
WITH proposals AS (
    SELECT *
    FROM analytics.recommendations
    WHERE
        date BETWEEN %(first)s AND %(last)s
        AND proposed_since = date
        AND action <> 'none'
),

-- The days on which it was proposed again; decisions are told by the latest.
repeated AS (
    SELECT
        proposals.date,
        proposals.item_id,
        max(days.date) AS proposed_until,
        (array_agg(days.decision ORDER BY days.date DESC))[1] AS decision
    FROM proposals
    INNER JOIN analytics.recommendations AS days
        ON
            proposals.item_id = days.item_id
            AND proposals.date = days.proposed_since
            AND proposals.action = days.action
    WHERE days.date >= %(first)s
    GROUP BY proposals.date, proposals.item_id
),

ordered AS (
    SELECT
        proposals.date,
        proposals.item_id,
        sum(lines.ordered_qty) AS quantity,
        min(lines.ordered_on) AS ordered_on
    FROM proposals
    INNER JOIN core.fact_purchase_lines AS lines
        ON
            proposals.item_id = lines.item_id
            AND proposals.date < lines.ordered_on
            AND proposals.date + 14 >= lines.ordered_on
    GROUP BY proposals.date, proposals.item_id
),

stock AS (
    SELECT
        item_id,
        date,
        sum(on_hand) AS on_hand
    FROM core.fact_inventory_daily
    WHERE
        date BETWEEN %(first)s AND %(last)s::date + 56
        AND item_id IN (SELECT proposals.item_id FROM proposals)
    GROUP BY item_id, date
),

lasted AS (
    SELECT
        proposals.date,
        proposals.item_id,
        count(*) AS days_known,
        count(*) FILTER (WHERE stock.on_hand <= 0) AS days_without_stock,
        min(stock.date) FILTER (WHERE stock.on_hand <= 0) AS stockout_on
    FROM proposals
    INNER JOIN stock
        ON
            proposals.item_id = stock.item_id
            AND proposals.date < stock.date
            AND proposals.date + 56 >= stock.date
    GROUP BY proposals.date, proposals.item_id
),

data_end AS (
    SELECT max(ordered_on) AS day
    FROM core.fact_purchase_lines
    WHERE requested_on >= %(first)s
)

SELECT
    proposals.date,
    proposals.item_id,
    proposals.action,
    proposals.quantity,
    repeated.decision,
    repeated.proposed_until,
    coalesce(lasted.days_known, 0)::integer AS days_known,
    ordered.quantity AS ordered_qty,
    ordered.ordered_on,
    lasted.days_without_stock::integer AS days_without_stock,
    lasted.stockout_on,
    CASE
        WHEN proposals.action <> 'order' THEN NULL
        WHEN ordered.quantity > 0 THEN true
        WHEN (SELECT data_end.day FROM data_end) >= proposals.date + 14 THEN false
    END AS done
FROM proposals
INNER JOIN repeated ON proposals.date = repeated.date AND proposals.item_id = repeated.item_id
LEFT JOIN ordered ON proposals.date = ordered.date AND proposals.item_id = ordered.item_id
LEFT JOIN lasted ON proposals.date = lasted.date AND proposals.item_id = lasted.item_id
