-- What to do about each item, with what planners have decided by now.
SELECT
    proposal.date,
    proposal.item_id,
    proposal.action,
    proposal.reason,
    proposal.quantity::float8 AS quantity,
    proposal.from_site_id,
    proposal.to_site_id,
    proposal.supplier_id,
    proposal.order_by,
    proposal.cost_brl::float8 AS cost_brl,
    proposal.money_at_risk_brl::float8 AS money_at_risk_brl,
    proposal.priority,
    proposal.critical,
    proposal.explanation,
    proposal.codes,
    proposal.proposed_since,
    decided.decision,
    decided.decision_id,
    decided.decided_until,
    decided.planned_action,
    decided.planned_quantity::float8 AS planned_quantity,
    proposal.made_at,
    item.item_name,
    item.family,
    item.unit,
    supplier.supplier_name,
    decided.decided_by,
    decided.decided_by_name,
    decided.decided_at,
    decided.decision_reason,
    decided.state
FROM analytics.recommendations AS proposal
INNER JOIN support.decided_recommendations AS decided
    ON decided.date = proposal.date AND decided.item_id = proposal.item_id
LEFT JOIN core.dim_item AS item ON item.item_id = proposal.item_id
LEFT JOIN core.dim_supplier AS supplier ON supplier.supplier_id = proposal.supplier_id
