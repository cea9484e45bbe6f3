-- Unit prices that cannot be, or are far from the item's earlier ones: of its latest 60 days with a price before the day, as
-- in fact_demand_anomalies. Prices spread less than quantities: the smallest spread flags from a factor of two on.
WITH rule (smallest_history, score, smallest_spread) AS (
    VALUES (8, 3.5, 0.6745 * ln(2) / 3.5)
),

in_window AS (
    SELECT DISTINCT item_id
    FROM core.fact_purchase_lines
    WHERE requested_on BETWEEN %(first)s AND %(last)s AND unit_price_brl IS NOT NULL
),

priced AS (
    SELECT
        lines.order_id,
        lines.line_no,
        lines.requested_on,
        lines.item_id,
        lines.supplier_id,
        lines.unit_price_brl,
        coalesce(
            array_agg(ln(lines.unit_price_brl::double precision)) FILTER (WHERE lines.unit_price_brl > 0) OVER (
                PARTITION BY lines.item_id ORDER BY lines.requested_on GROUPS BETWEEN 60 PRECEDING AND 1 PRECEDING
            ), '{}'
        ) AS history
    FROM core.fact_purchase_lines AS lines
    INNER JOIN in_window USING (item_id)
    WHERE lines.unit_price_brl IS NOT NULL AND lines.requested_on <= %(last)s
),

scored AS (
    SELECT
        priced.*,
        rule.score AS cut,
        CASE
            WHEN unit_price_brl > 0 AND cardinality(history) >= rule.smallest_history
                THEN
                    support.modified_z_score(
                        ln(unit_price_brl::double precision), history, rule.smallest_spread::double precision
                    )
        END AS score
    FROM priced
    CROSS JOIN rule
    WHERE requested_on BETWEEN %(first)s AND %(last)s
)

SELECT
    order_id,
    line_no,
    requested_on,
    item_id,
    supplier_id,
    unit_price_brl,
    exp(support.median(history)) AS usual_price_brl,
    score,
    CASE WHEN unit_price_brl <= 0 THEN 'not_positive' WHEN score > 0 THEN 'high' ELSE 'low' END AS direction,
    cardinality(history) AS history_lines
FROM scored
WHERE unit_price_brl <= 0 OR abs(score) >= cut
