-- What is wrong now, and what was.
SELECT
    alert_id::text AS alert_id,
    rule,
    subject_kind,
    subject_id,
    cause,
    level,
    first_level,
    level_since,
    opened_on,
    seen_on,
    closed_on,
    former_alert_id::text AS former_alert_id,
    value,
    threshold,
    details
FROM analytics.alerts
