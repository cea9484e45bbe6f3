SELECT
    date,
    method,
    segment_kind,
    segment,
    target,
    line_fill,
    stock_units
FROM (
    SELECT
        *,
        lag(line_fill) OVER lower_targets AS lower_fill,
        lag(stock_units) OVER lower_targets AS lower_stock
    FROM analytics.policy_simulation
    WHERE date BETWEEN %(first)s AND %(last)s AND basis = 'expected'
    WINDOW lower_targets AS (PARTITION BY date, method, segment_kind, segment ORDER BY target)
) AS along
WHERE line_fill < lower_fill - 1e-9 OR stock_units < lower_stock * (1 - 1e-9) - 1e-9
