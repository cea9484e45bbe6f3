SET ROLE nova_owner;

CREATE TABLE core.fact_issues_daily (
    item_id text NOT NULL,
    site_id text NOT NULL,
    date date NOT NULL,
    quantity numeric(18, 4) NOT NULL,
    issue_lines integer NOT NULL,
    PRIMARY KEY (item_id, site_id, date)
) PARTITION BY RANGE (date);

CREATE TABLE analytics.inventory_policy (
    date date NOT NULL,
    item_id text NOT NULL,
    site_id text NOT NULL,
    method text NOT NULL,
    served boolean NOT NULL,
    origin date NOT NULL,
    supplier_id text,
    target_service double precision NOT NULL,
    lead_time_days double precision NOT NULL,
    review_period_days integer NOT NULL,
    expected_demand double precision NOT NULL,
    reorder_point double precision NOT NULL,
    safety_stock double precision NOT NULL,
    order_quantity double precision NOT NULL,
    order_up_to double precision NOT NULL,
    eoq double precision,
    min_order_qty numeric(18, 4),
    order_multiple numeric(18, 4),
    unit_cost_brl numeric(18, 4),
    weight double precision,
    criticality text,
    abc_class text,
    reason text,
    made_at timestamptz NOT NULL,
    PRIMARY KEY (date, item_id, site_id, method)
) PARTITION BY RANGE (date);
CREATE INDEX inventory_policy_item ON analytics.inventory_policy (item_id, site_id, date);

RESET ROLE;
