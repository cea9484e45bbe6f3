SET ROLE nova_owner;

ALTER TABLE staging.erp_items ADD COLUMN lead_time_days numeric(9, 2), ADD COLUMN changed_at timestamptz;
ALTER TABLE core.dim_item ADD COLUMN lead_time_days numeric(9, 2);

CREATE TABLE core.dim_item_history (
    item_id text NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    ended_by text,
    unit_cost_brl numeric(18, 4),
    lead_time_days numeric(9, 2),
    min_order_qty numeric(18, 4),
    order_multiple numeric(18, 4),
    changed_at timestamptz,
    PRIMARY KEY (item_id, valid_from)
);

-- What the items were on a day, one row each. A planner inlines it, so that a condition on item_id finds the key.
CREATE FUNCTION core.items_on(day date) RETURNS TABLE (
    item_id text,
    unit_cost_brl numeric,
    lead_time_days numeric,
    min_order_qty numeric,
    order_multiple numeric
)
LANGUAGE sql STABLE AS $$
    SELECT h.item_id, h.unit_cost_brl, h.lead_time_days, h.min_order_qty, h.order_multiple
    FROM core.dim_item_history AS h
    WHERE h.valid_from <= day AND (h.valid_to IS NULL OR day < h.valid_to)
$$;

RESET ROLE;
