-- This month and the next are there for the audit log.
SELECT support.make_audit_months()
