SET ROLE nova_owner;

CREATE TABLE analytics.demand_adjustments (
    item_id text NOT NULL,
    week date NOT NULL,
    demand numeric(18, 4) NOT NULL,
    adjustment numeric(18, 4) NOT NULL,
    adjusted_demand numeric(18, 4) NOT NULL,
    unusual_demands integer NOT NULL,
    score double precision NOT NULL,
    reason text NOT NULL,
    rule text NOT NULL,
    PRIMARY KEY (item_id, week)
);

CREATE TABLE analytics.features_weekday_shares (
    origin date NOT NULL,
    item_id text NOT NULL,
    weekday smallint NOT NULL,
    share double precision NOT NULL,
    holiday_factor double precision NOT NULL,
    demand_days integer NOT NULL,
    PRIMARY KEY (origin, item_id, weekday)
);

CREATE TABLE analytics.forecast_explanations (
    origin date NOT NULL,
    item_id text NOT NULL,
    demand_class text,
    data_through date NOT NULL,
    first_demand_on date,
    last_demand_on date,
    weeks_observed integer NOT NULL,
    weeks_with_demand integer NOT NULL,
    quiet_weeks integer NOT NULL,
    level_lately double precision NOT NULL,
    level_before double precision,
    level_score double precision,
    trend_per_quarter double precision,
    trend_p_value double precision,
    season_share double precision,
    season_peak_month integer,
    season_p_value double precision,
    outliers integer NOT NULL,
    outlier_quantity double precision NOT NULL,
    outliers_adjusted boolean NOT NULL,
    borrowed_share double precision NOT NULL,
    own_mean double precision NOT NULL,
    portfolio_pull double precision NOT NULL,
    family_pull double precision NOT NULL,
    recency double precision NOT NULL,
    models_pull double precision NOT NULL,
    expected_weekly_demand double precision NOT NULL,
    models jsonb NOT NULL,
    codes jsonb NOT NULL,
    model_version text NOT NULL,
    generated_at timestamptz NOT NULL,
    PRIMARY KEY (origin, item_id)
);
CREATE INDEX forecast_explanations_item ON analytics.forecast_explanations (item_id, origin);

CREATE TABLE analytics.family_forecasts (
    origin date NOT NULL,
    family text NOT NULL,
    unit text NOT NULL,
    forecast_date date NOT NULL,
    items integer NOT NULL,
    forecast_value double precision NOT NULL,
    q05 double precision NOT NULL,
    q10 double precision NOT NULL,
    q50 double precision NOT NULL,
    q80 double precision NOT NULL,
    q90 double precision NOT NULL,
    q95 double precision NOT NULL,
    q99 double precision NOT NULL,
    correlation double precision NOT NULL,
    model_version text NOT NULL,
    generated_at timestamptz NOT NULL,
    PRIMARY KEY (origin, family, unit, forecast_date)
);

RESET ROLE;
