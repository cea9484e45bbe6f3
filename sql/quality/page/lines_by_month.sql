-- Lines of the source by the month of their request and what became of them; no month: the day cannot be read.
WITH kept AS (
    SELECT
        date_trunc('month', requested_on)::date AS month,
        count(*) AS kept
    FROM core.fact_purchase_lines
    GROUP BY 1
),

merged AS (
    SELECT
        date_trunc('month', requested_on)::date AS month,
        count(*) AS merged
    FROM staging.purchase_lines
    WHERE status = 'merged'
    GROUP BY 1
),

rejected_days AS (
    SELECT substr(raw ->> 'data_solicitado', 1, 7) AS month
    FROM support.rejected_rows
    UNION ALL
    SELECT substr(day, 1, 4) || '-' || substr(day, 5, 2) AS month
    FROM support.rejected_erp_rows
),

rejected AS (
    SELECT
        CASE WHEN month ~ '^20\d\d-(0[1-9]|1[0-2])$' THEN (month || '-01')::date END AS month,
        count(*) AS rejected
    FROM rejected_days
    GROUP BY 1
)

SELECT
    months.month,
    coalesce(kept, 0) AS kept,
    coalesce(merged, 0) AS merged,
    coalesce(rejected, 0) AS rejected
FROM (SELECT month FROM kept UNION SELECT month FROM merged UNION SELECT month FROM rejected) AS months
LEFT JOIN kept ON months.month = kept.month
LEFT JOIN merged ON months.month = merged.month
LEFT JOIN rejected ON months.month IS NOT DISTINCT FROM rejected.month
ORDER BY months.month NULLS LAST
