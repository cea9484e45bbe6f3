-- Quantities of a demand far from the item's earlier ones. The history is all demands of the item's latest 60 days with
-- demand before the day: nothing of the day itself or later, so that features and forecasts may use the flag, and a reload
-- of any window flags the same rows. With fewer than eight demands nothing can be said.
-- The smallest spread ln(2)/2 flags nothing that is less than six times as much, or as little, as usual.
WITH rule (smallest_history, score, smallest_spread) AS (
    VALUES (8, 3.5, ln(2) / 2)
),

in_window AS (
    SELECT DISTINCT item_id
    FROM core.fact_demand_daily
    WHERE date BETWEEN %(first)s AND %(last)s
),

demands AS (
    SELECT
        item_id,
        site_id,
        date,
        demand,
        array_agg(ln(demand::double precision)) OVER (
            PARTITION BY item_id ORDER BY date GROUPS BETWEEN 60 PRECEDING AND 1 PRECEDING
        ) AS history
    FROM core.fact_demand_daily
    INNER JOIN in_window USING (item_id)
    WHERE demand > 0 AND date <= %(last)s
),

scored AS (
    SELECT
        demands.*,
        rule.score AS cut,
        support.modified_z_score(ln(demand::double precision), history, rule.smallest_spread::double precision) AS score
    FROM demands
    INNER JOIN rule ON cardinality(demands.history) >= rule.smallest_history
    WHERE date BETWEEN %(first)s AND %(last)s
)

SELECT
    item_id,
    site_id,
    date,
    demand,
    exp(support.median(history)) AS usual_demand,
    score,
    CASE WHEN score > 0 THEN 'high' ELSE 'low' END AS direction,
    cardinality(history) AS history_rows
FROM scored
WHERE abs(score) >= cut
