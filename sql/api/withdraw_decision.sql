-- A decision is taken back: it never held.
UPDATE support.planner_decisions SET withdrawn_at = now(), withdrawn_by = $3
WHERE item_id = $1 AND decision_id = $2 AND withdrawn_at IS NULL
