-- The latest decisions on an item, at most $2.
SELECT
    decision_id,
    plan_date,
    kind,
    action,
    quantity::float8 AS quantity,
    reason,
    expires_on,
    decided_by,
    decided_by_name,
    decided_at,
    withdrawn_at,
    withdrawn_by
FROM support.planner_decisions
WHERE item_id = $1
ORDER BY decision_id DESC
LIMIT $2
