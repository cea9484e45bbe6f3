-- What the latest plan proposes of an item, and what holds of its decisions.
SELECT
    decided.item_id,
    decided.state,
    decided.date,
    proposal.action,
    proposal.quantity::float8 AS quantity,
    decided.decision,
    decided.decision_id,
    decided.decided_until,
    decided.planned_action,
    decided.planned_quantity::float8 AS planned_quantity
FROM support.decided_recommendations AS decided
INNER JOIN analytics.recommendations AS proposal ON decided.date = proposal.date AND decided.item_id = proposal.item_id
WHERE decided.item_id = $1 AND decided.date = (SELECT max(date) FROM analytics.recommendations)
