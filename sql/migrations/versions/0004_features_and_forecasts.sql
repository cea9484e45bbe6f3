SET ROLE nova_owner;

CREATE TABLE analytics.features_demand_weekly (
    item_id text NOT NULL,
    week date NOT NULL,
    demand numeric(18, 4) NOT NULL,
    request_lines integer NOT NULL,
    PRIMARY KEY (item_id, week)
);
CREATE INDEX features_demand_weekly_week ON analytics.features_demand_weekly (week);

CREATE TABLE analytics.features_demand_profile (
    origin date NOT NULL,
    item_id text NOT NULL,
    first_demand_on date NOT NULL,
    last_demand_on date NOT NULL,
    weeks_observed integer NOT NULL,
    weeks_with_demand integer NOT NULL,
    demand_total numeric(18, 4) NOT NULL,
    demand_52w numeric(18, 4) NOT NULL,
    request_lines_52w integer NOT NULL,
    mean_weekly_demand double precision NOT NULL,
    cv double precision,
    adi double precision NOT NULL,
    cv2 double precision,
    demand_class text,
    abc_class text,
    abc_basis text,
    xyz_class text,
    PRIMARY KEY (origin, item_id)
);

CREATE TABLE analytics.fact_forecasts (
    origin date NOT NULL,
    item_id text NOT NULL,
    site_id text NOT NULL,
    model text NOT NULL,
    forecast_date date NOT NULL,
    forecast_value double precision NOT NULL,
    confidence_interval jsonb NOT NULL,
    served boolean NOT NULL,
    model_version text NOT NULL,
    generated_at timestamptz NOT NULL,
    PRIMARY KEY (origin, item_id, site_id, model, forecast_date)
) PARTITION BY RANGE (origin);
CREATE INDEX fact_forecasts_item ON analytics.fact_forecasts (item_id, site_id, origin);

RESET ROLE;
