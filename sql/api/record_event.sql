-- One event of the audit log.
INSERT INTO support.audit_logs (
    action, actor, role, method, route, status, request_id, ip, user_agent_hash, subject_kind, subject_id, details
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
