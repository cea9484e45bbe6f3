-- An alert, and what holds of what was done about it.
SELECT
    alert.alert_id::text AS alert_id,
    handled.state,
    alert.level,
    alert.seen_on,
    alert.closed_on,
    handled.handling,
    handled.acknowledgement_id,
    handled.handled_until
FROM support.handled_alerts AS handled
INNER JOIN analytics.alerts AS alert ON handled.alert_id = alert.alert_id
WHERE alert.alert_id = $1
