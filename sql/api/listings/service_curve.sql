-- What each method would fill and what stock that takes, along a grid of targets.
SELECT
    date,
    basis,
    method,
    target,
    segment_kind,
    segment,
    items,
    weeks,
    line_fill,
    unit_fill,
    cycle_service,
    stock_units,
    stock_brl,
    orders_a_year,
    reason,
    made_at
FROM analytics.policy_simulation
