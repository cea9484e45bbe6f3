-- The latest decision on each item that is to be respected on day $1 and was not taken back, and whether what the planner
-- saw was critical then.
SELECT
    latest.item_id,
    latest.decision_id,
    latest.kind,
    latest.action,
    latest.quantity::double precision AS quantity,
    latest.plan_date,
    latest.expires_on,
    coalesce(seen.critical, false) AS was_critical
FROM (
    SELECT DISTINCT ON (item_id) *
    FROM support.planner_decisions
    WHERE withdrawn_at IS NULL AND plan_date <= $1::date
    ORDER BY item_id, decision_id DESC
) AS latest
LEFT JOIN analytics.recommendations AS seen ON latest.item_id = seen.item_id AND latest.plan_date = seen.date
WHERE latest.expires_on IS NULL OR latest.expires_on > $1::date
