SET ROLE nova_owner;

CREATE TABLE analytics.forecast_accuracy (
    origin date NOT NULL,
    model text NOT NULL,
    segment_kind text NOT NULL,
    segment text NOT NULL,
    weeks integer NOT NULL,
    items bigint NOT NULL,
    items_compared bigint NOT NULL,
    pinball_q50 double precision,
    pinball_q80 double precision,
    pinball_q90 double precision,
    pinball_q95 double precision,
    pinball_q99 double precision,
    pinball_mean double precision,
    ratio_to_present_formula double precision,
    coverage_q50 double precision NOT NULL,
    coverage_q80 double precision NOT NULL,
    coverage_q90 double precision NOT NULL,
    coverage_q95 double precision NOT NULL,
    coverage_q99 double precision NOT NULL,
    bias double precision,
    mase double precision,
    rmsse double precision,
    wape double precision,
    pit_histogram double precision [] NOT NULL,
    model_version text,
    PRIMARY KEY (origin, model, segment_kind, segment, weeks)
);

CREATE TABLE analytics.ensemble_standings (
    origin date NOT NULL,
    model text NOT NULL,
    loss double precision,
    weight double precision NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (origin, model)
);

RESET ROLE;
