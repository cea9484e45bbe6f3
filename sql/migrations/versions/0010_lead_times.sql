SET ROLE nova_owner;

CREATE TABLE analytics.supplier_lead_times (
    origin date NOT NULL,
    supplier_id text NOT NULL,
    basis text NOT NULL,
    lines integer NOT NULL,
    excluded_lines integer NOT NULL,
    open_lines integer NOT NULL,
    mu double precision NOT NULL,
    sigma double precision NOT NULL,
    mean_weight double precision NOT NULL,
    variance_weight double precision NOT NULL,
    mean_days double precision NOT NULL,
    p50_days double precision NOT NULL,
    p90_days double precision NOT NULL,
    p95_days double precision NOT NULL,
    model_version text NOT NULL,
    generated_at timestamptz NOT NULL,
    PRIMARY KEY (origin, supplier_id)
);
CREATE INDEX supplier_lead_times_supplier ON analytics.supplier_lead_times (supplier_id, origin);

CREATE TABLE analytics.lead_time_demand (
    origin date NOT NULL,
    item_id text NOT NULL,
    site_id text NOT NULL,
    supplier_id text,
    supplier_lines integer NOT NULL,
    basis text NOT NULL,
    lead_time_mean_days double precision NOT NULL,
    lead_time_p90_days double precision NOT NULL,
    review_period_days integer NOT NULL,
    lead_time_demand double precision NOT NULL,
    expected_demand double precision NOT NULL,
    q05 double precision NOT NULL,
    q10 double precision NOT NULL,
    q50 double precision NOT NULL,
    q80 double precision NOT NULL,
    q90 double precision NOT NULL,
    q95 double precision NOT NULL,
    q99 double precision NOT NULL,
    quantiles double precision [] NOT NULL,
    beyond_share double precision NOT NULL,
    model_version text NOT NULL,
    generated_at timestamptz NOT NULL,
    PRIMARY KEY (origin, item_id, site_id)
) PARTITION BY RANGE (origin);
CREATE INDEX lead_time_demand_item ON analytics.lead_time_demand (item_id, site_id, origin);

RESET ROLE;
