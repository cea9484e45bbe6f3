-- What is planned with each supplier, as planners have decided by now. A quantity of theirs costs what the proposal's costs by the unit.
SELECT
    proposal.date,
    planned.plan,
    coalesce(proposal.supplier_id, '') AS supplier,
    max(supplier.supplier_name) AS supplier_name,
    count(*) AS lines,
    count(*) FILTER (WHERE decided.decision = 'open') AS open_lines,
    count(*) FILTER (WHERE proposal.critical) AS critical_lines,
    max(proposal.priority) AS priority,
    min(proposal.order_by) AS order_by,
    sum(planned.cost_brl)::float8 AS cost_brl,
    count(*) FILTER (WHERE planned.cost_brl IS NULL) AS unpriced_lines
FROM analytics.recommendations AS proposal
INNER JOIN support.decided_recommendations AS decided
    ON decided.date = proposal.date AND decided.item_id = proposal.item_id
CROSS JOIN LATERAL (
    SELECT
        CASE decided.decision WHEN 'snoozed' THEN 'snoozed' ELSE decided.planned_action END AS plan,
        CASE
            WHEN decided.planned_action = proposal.action AND proposal.quantity <> 0
                THEN proposal.cost_brl * decided.planned_quantity / proposal.quantity
        END AS cost_brl
) AS planned
LEFT JOIN core.dim_supplier AS supplier ON supplier.supplier_id = proposal.supplier_id
GROUP BY proposal.date, planned.plan, coalesce(proposal.supplier_id, '')
