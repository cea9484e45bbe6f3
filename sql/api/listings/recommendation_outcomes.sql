-- What came of each proposal, from its first day on.
SELECT
    outcome.date,
    outcome.item_id,
    outcome.action,
    outcome.quantity::float8 AS quantity,
    outcome.decision,
    outcome.proposed_until,
    outcome.days_known,
    outcome.ordered_qty::float8 AS ordered_qty,
    outcome.ordered_on,
    outcome.days_without_stock,
    outcome.stockout_on,
    outcome.done,
    item.item_name,
    item.family,
    item.unit
FROM analytics.recommendation_outcomes AS outcome
LEFT JOIN core.dim_item AS item ON item.item_id = outcome.item_id
