-- Events, latest first, of the conditions that stand for {conditions}; see nova_api/audit/queries.py.
SELECT
    at,
    event_id,
    action,
    actor,
    role,
    method,
    route,
    status,
    duration_ms,
    request_id,
    host(ip) AS ip,
    user_agent_hash,
    cache,
    subject_kind,
    subject_id,
    details
FROM support.audit_logs
WHERE {conditions}
ORDER BY at DESC, event_id DESC
LIMIT $1
