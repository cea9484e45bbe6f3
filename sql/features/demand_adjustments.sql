-- Of each demand that core flags as unusually high, what lies above the largest quantity that would not have been flagged:
-- the score is linear in the logarithm, so that this quantity is usual · (demand / usual) ^ (cut / score). Whole units stay
-- whole. A flag uses nothing but the item's earlier demands: what an origin sees of a week does not change later.
WITH rule (score) AS (
    VALUES (3.5)  -- as in core.fact_demand_anomalies
),

limits AS (
    SELECT
        anomalies.item_id,
        date_trunc('week', anomalies.date)::date AS week,
        anomalies.demand,
        anomalies.score,
        (anomalies.usual_demand * power(anomalies.demand::double precision / anomalies.usual_demand, rule.score / anomalies.score))::numeric
            AS largest_usual
    FROM core.fact_demand_anomalies AS anomalies
    CROSS JOIN rule
    WHERE anomalies.direction = 'high' AND anomalies.date BETWEEN %(first)s AND %(last)s
),

excesses AS (
    SELECT
        item_id,
        week,
        score,
        demand - CASE WHEN demand = trunc(demand) THEN ceil(largest_usual) ELSE round(largest_usual, 4) END AS excess
    FROM limits
),

adjustments AS (
    SELECT
        item_id,
        week,
        -sum(excess) AS adjustment,
        count(*)::integer AS unusual_demands,
        max(score) AS score
    FROM excesses
    WHERE excess > 0
    GROUP BY item_id, week
)

SELECT
    adjustments.item_id,
    adjustments.week,
    weekly.demand,
    adjustments.adjustment,
    weekly.demand + adjustments.adjustment AS adjusted_demand,
    adjustments.unusual_demands,
    adjustments.score,
    'unusual_quantity' AS reason,
    'fact_demand_anomalies' AS rule
FROM adjustments
INNER JOIN analytics.features_demand_weekly AS weekly
    ON adjustments.item_id = weekly.item_id AND adjustments.week = weekly.week
