-- What to do about each item, with what planners have decided by now: the rules of nova_assets/planning/decisions.py.
SELECT
    proposal.date,
    proposal.item_id,
    proposal.action,
    proposal.reason,
    proposal.quantity::float8 AS quantity,
    proposal.from_site_id,
    proposal.to_site_id,
    proposal.supplier_id,
    proposal.order_by,
    proposal.cost_brl::float8 AS cost_brl,
    proposal.money_at_risk_brl::float8 AS money_at_risk_brl,
    proposal.priority,
    proposal.critical,
    proposal.explanation,
    proposal.codes,
    proposal.proposed_since,
    coalesce(decided.decision, 'open') AS decision,
    decided.decision_id,
    decided.expires_on AS decided_until,
    CASE decided.decision
        WHEN 'overridden' THEN decided.action
        WHEN 'snoozed' THEN 'none'
        ELSE proposal.action
    END AS planned_action,
    CASE decided.decision
        WHEN 'overridden' THEN decided.quantity::float8
        WHEN 'snoozed' THEN 0
        ELSE proposal.quantity::float8
    END AS planned_quantity,
    proposal.made_at,
    item.item_name,
    item.family,
    item.unit,
    decided.decided_by,
    decided.decided_at,
    decided.reason AS decision_reason
FROM analytics.recommendations AS proposal
LEFT JOIN core.dim_item AS item ON item.item_id = proposal.item_id
LEFT JOIN LATERAL (
    SELECT *
    FROM support.planner_decisions AS decision
    WHERE
        decision.item_id = proposal.item_id
        AND decision.plan_date <= proposal.date
        AND decision.withdrawn_at IS NULL
    ORDER BY decision.decision_id DESC
    LIMIT 1
) AS latest ON true
LEFT JOIN analytics.recommendations AS seen
    ON latest.kind = 'snooze' AND seen.item_id = latest.item_id AND seen.date = latest.plan_date
LEFT JOIN LATERAL (
    SELECT
        latest.decision_id,
        latest.expires_on,
        latest.action,
        latest.quantity,
        latest.decided_by,
        latest.decided_at,
        latest.reason,
        CASE latest.kind
            WHEN 'acknowledge' THEN 'acknowledged'
            WHEN 'override' THEN 'overridden'
            WHEN 'snooze' THEN 'snoozed'
        END AS decision
    WHERE
        (latest.expires_on IS NULL OR latest.expires_on > proposal.date)
        AND CASE latest.kind
            WHEN 'acknowledge' THEN proposal.proposed_since <= latest.plan_date
            WHEN 'override' THEN true
            WHEN 'snooze' THEN NOT proposal.critical OR coalesce(seen.critical, false)
        END
) AS decided ON true
