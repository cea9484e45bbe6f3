-- What is wrong now, and what was, with what planners made of it.
SELECT
    alert.alert_id::text AS alert_id,
    alert.rule,
    alert.subject_kind,
    alert.subject_id,
    alert.cause,
    alert.level,
    alert.first_level,
    alert.level_since,
    alert.opened_on,
    alert.seen_on,
    alert.closed_on,
    alert.former_alert_id::text AS former_alert_id,
    alert.value,
    alert.threshold,
    alert.details,
    handled.handling,
    handled.acknowledgement_id,
    handled.handled_until,
    handled.handled_by,
    handled.handled_by_name,
    handled.handled_at,
    handled.handling_reason,
    handled.state
FROM analytics.alerts AS alert
INNER JOIN support.handled_alerts AS handled ON handled.alert_id = alert.alert_id
