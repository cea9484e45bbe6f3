-- A decision on what the plan of day $2 proposes of item $1.
INSERT INTO support.planner_decisions (
    item_id, plan_date, kind, action, quantity, reason, expires_on, decided_by, decided_by_name
)
VALUES ($1, $2, $3, $4, $5::float8::numeric(18, 4), $6, $7, $8, $9)
RETURNING decision_id
