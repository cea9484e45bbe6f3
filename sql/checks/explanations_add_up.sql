SELECT
    origin,
    item_id,
    own_mean + portfolio_pull + family_pull + recency + models_pull AS lines,
    expected_weekly_demand
FROM analytics.forecast_explanations
WHERE
    origin BETWEEN %(first)s AND %(last)s
    AND abs(own_mean + portfolio_pull + family_pull + recency + models_pull - expected_weekly_demand)
    > 1e-9 * greatest(1, abs(own_mean), abs(expected_weekly_demand))
