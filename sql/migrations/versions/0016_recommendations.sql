SET ROLE nova_owner;

-- Known with the next load; until then nothing is taken as cancelled.
ALTER TABLE core.fact_purchase_lines ADD COLUMN rest_cancelled boolean NOT NULL DEFAULT false;
ALTER TABLE core.fact_purchase_lines ALTER COLUMN rest_cancelled DROP DEFAULT;

CREATE TABLE core.fact_receipts_daily (
    order_id text NOT NULL,
    line_no text NOT NULL,
    date date NOT NULL,
    quantity numeric(18, 4) NOT NULL,
    PRIMARY KEY (order_id, line_no, date)
) PARTITION BY RANGE (date);

CREATE TABLE analytics.summed_demand (
    item_id text NOT NULL,
    site_id text NOT NULL,
    origin date NOT NULL,
    weeks integer NOT NULL,
    model text NOT NULL,
    forecast_value double precision NOT NULL,
    q05 double precision NOT NULL,
    q10 double precision NOT NULL,
    q20 double precision NOT NULL,
    q30 double precision NOT NULL,
    q40 double precision NOT NULL,
    q50 double precision NOT NULL,
    q60 double precision NOT NULL,
    q70 double precision NOT NULL,
    q80 double precision NOT NULL,
    q90 double precision NOT NULL,
    q95 double precision NOT NULL,
    q99 double precision NOT NULL,
    model_version text NOT NULL,
    run_seconds double precision NOT NULL,
    generated_at timestamptz NOT NULL,
    PRIMARY KEY (origin, item_id, site_id, model, weeks)
) PARTITION BY RANGE (origin);

CREATE TABLE analytics.stock_projection (
    date date NOT NULL,
    item_id text NOT NULL,
    site_id text NOT NULL,
    origin date,
    on_hand numeric(18, 4),
    on_order numeric(18, 4),
    late_on_order numeric(18, 4),
    lost_on_order numeric(18, 4),
    position numeric(18, 4),
    too_late_on_order numeric(18, 4),
    next_arrival_on date,
    demand_share double precision,
    horizon_days integer NOT NULL,
    stock_q10 real [],
    stock_q50 real [],
    stock_q90 real [],
    arrivals real [],
    days_of_cover integer,
    stockout_on_q50 date,
    stockout_on_q90 date,
    stockout_probability double precision,
    expected_shortage double precision,
    reason text,
    made_at timestamptz NOT NULL,
    PRIMARY KEY (date, item_id, site_id)
) PARTITION BY RANGE (date);
CREATE INDEX stock_projection_item ON analytics.stock_projection (item_id, site_id, date);

CREATE TABLE analytics.recommendations (
    date date NOT NULL,
    item_id text NOT NULL,
    action text NOT NULL,
    reason text NOT NULL,
    quantity numeric(18, 4),
    from_site_id text,
    to_site_id text,
    supplier_id text,
    order_by date,
    cost_brl numeric(18, 4),
    money_at_risk_brl numeric(18, 4),
    priority double precision NOT NULL,
    critical boolean NOT NULL,
    explanation jsonb NOT NULL,
    codes jsonb NOT NULL,
    proposed_since date NOT NULL,
    decision text NOT NULL,
    decision_id bigint,
    decided_until date,
    planned_action text NOT NULL,
    planned_quantity numeric(18, 4),
    made_at timestamptz NOT NULL,
    PRIMARY KEY (date, item_id)
) PARTITION BY RANGE (date);
CREATE INDEX recommendations_item ON analytics.recommendations (item_id, date);
CREATE INDEX recommendations_action ON analytics.recommendations (date, action, priority);

CREATE TABLE analytics.recommendation_outcomes (
    date date NOT NULL,
    item_id text NOT NULL,
    action text NOT NULL,
    quantity numeric(18, 4),
    decision text NOT NULL,
    proposed_until date NOT NULL,
    days_known integer NOT NULL,
    ordered_qty numeric(18, 4),
    ordered_on date,
    days_without_stock integer,
    stockout_on date,
    done boolean,
    PRIMARY KEY (date, item_id)
) PARTITION BY RANGE (date);

CREATE TABLE support.planner_decisions (
    decision_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    item_id text NOT NULL,
    plan_date date NOT NULL,
    kind text NOT NULL CHECK (kind IN ('acknowledge', 'override', 'snooze')),
    action text CHECK (action IN ('order', 'expedite', 'transfer', 'reduce', 'hold', 'dead_stock', 'none')),
    quantity numeric(18, 4) CHECK (quantity >= 0),
    reason text,
    decided_by text NOT NULL,
    decided_at timestamptz NOT NULL DEFAULT now(),
    expires_on date,
    withdrawn_at timestamptz,
    CHECK (expires_on > plan_date),
    CHECK (kind = 'acknowledge' OR expires_on IS NOT NULL),
    CHECK (kind = 'override' OR (action IS NULL AND quantity IS NULL)),
    CHECK (kind <> 'override' OR (coalesce(reason, '') ~ '\S' AND action IS NOT NULL AND quantity IS NOT NULL))
);
CREATE INDEX planner_decisions_item ON support.planner_decisions (item_id, plan_date);
COMMENT ON TABLE support.planner_decisions IS 'What planners decided about a proposal. Rows stay; the latest of an item holds';
COMMENT ON COLUMN support.planner_decisions.plan_date IS 'Day of the proposal that the planner saw: the decision holds from its plan on';
COMMENT ON COLUMN support.planner_decisions.expires_on IS 'First planned day on which it holds no longer; null: as long as the action is the same';
COMMENT ON COLUMN support.planner_decisions.withdrawn_at IS 'When the planner took it back: it never held';

GRANT SELECT ON support.planner_decisions TO nova_pipeline, nova_api_ro, nova_api_rw;
GRANT INSERT (item_id, plan_date, kind, action, quantity, reason, decided_by, expires_on), UPDATE (withdrawn_at)
ON support.planner_decisions TO nova_api_rw;

RESET ROLE;
