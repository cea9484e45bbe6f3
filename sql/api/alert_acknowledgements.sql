-- The latest of what was done about an alert, at most $2.
SELECT
    acknowledgement_id,
    kind,
    level,
    reason,
    expires_on,
    decided_by,
    decided_by_name,
    decided_at,
    withdrawn_at,
    withdrawn_by
FROM support.alert_acknowledgements
WHERE alert_id = $1
ORDER BY acknowledgement_id DESC
LIMIT $2
