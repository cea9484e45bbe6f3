SELECT origin, item_id, q05, q10, q50, q80, q90, q95, q99, quantiles
FROM analytics.lead_time_demand
WHERE
    origin BETWEEN %(first)s AND %(last)s
    AND (
        cardinality(quantiles) = 99
        AND 0 <= quantiles[1]
        AND quantiles[1] <= q05 AND q05 <= q10 AND q10 <= q50 AND q50 <= q80 AND q80 <= q90 AND q90 <= q95 AND q95 <= q99
        AND (quantiles[5], quantiles[10], quantiles[50], quantiles[80], quantiles[90], quantiles[95], quantiles[99])
        = (q05, q10, q50, q80, q90, q95, q99)
    ) IS NOT TRUE
