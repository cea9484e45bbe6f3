SELECT
    alert_id,
    opened_on,
    seen_on,
    closed_on
FROM analytics.alerts
WHERE seen_on < opened_on OR level_since < opened_on OR closed_on <= seen_on
