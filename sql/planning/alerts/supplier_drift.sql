-- Suppliers whose lead times of the last 91 days are others than those of the year before: Welch's t (Welch 1947) of the
-- logarithms, since lead times are log-normal. By day of receipt, or of order where the source has no receipts: lines that
-- are still open are missing from both spans alike.
WITH basis AS (
    SELECT count(received_on) > 0 AS has_receipts
    FROM core.fact_purchase_lines
),

waits AS (
    SELECT
        lines.supplier_id,
        CASE WHEN basis.has_receipts THEN lines.received_on ELSE lines.ordered_on END AS ended_on,
        CASE WHEN basis.has_receipts THEN lines.received_on - lines.ordered_on ELSE lines.ordered_on - lines.requested_on END
            AS days
    FROM core.fact_purchase_lines AS lines
    INNER JOIN core.dim_item AS items ON lines.item_id = items.item_id
    CROSS JOIN basis
    WHERE NOT items.is_service AND NOT lines.after_the_fact AND lines.supplier_id <> 'UNKNOWN'
),

spans AS (
    SELECT
        supplier_id,
        ended_on > %(as_of)s::date - 91 AS is_recent,
        count(*) AS lines,
        avg(ln(greatest(days, 0.5))) AS mean,
        var_samp(ln(greatest(days, 0.5))) AS variance
    FROM waits
    WHERE ended_on BETWEEN %(as_of)s::date - 455 AND %(as_of)s AND days >= 0
    GROUP BY supplier_id, is_recent
    HAVING count(*) >= %(drift_lines)s
),

compared AS (
    SELECT
        recent.supplier_id,
        recent.lines AS recent_lines,
        before.lines AS former_lines,
        exp(recent.mean) AS recent_days,
        exp(before.mean) AS former_days,
        exp(recent.mean - before.mean) AS ratio,
        -- Whole days: equal ones still scatter by what rounding hides.
        (recent.mean - before.mean)
        / sqrt(greatest(recent.variance, 0.01) / recent.lines + greatest(before.variance, 0.01) / before.lines) AS t
    FROM spans AS recent
    INNER JOIN spans AS before ON recent.supplier_id = before.supplier_id
    WHERE recent.is_recent AND NOT before.is_recent
)

SELECT
    CASE WHEN ratio < 1 THEN 'info' WHEN ratio >= %(drift_ratio)s * %(drift_ratio)s THEN 'critical' ELSE 'warning' END
        AS level,
    'supplier' AS subject_kind,
    supplier_id AS subject_id,
    CASE WHEN ratio < 1 THEN 'faster' ELSE 'slower' END AS cause,
    t AS value,
    %(drift_t)s AS threshold,
    jsonb_build_object(
        'recent_days', round(recent_days::numeric, 1), 'former_days', round(former_days::numeric, 1),
        'recent_lines', recent_lines, 'former_lines', former_lines, 'ratio', round(ratio::numeric, 2)
    ) AS details
FROM compared
WHERE abs(t) >= %(drift_t)s AND greatest(ratio, 1 / ratio) >= %(drift_ratio)s
