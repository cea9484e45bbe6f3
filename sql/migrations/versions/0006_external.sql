SET ROLE nova_owner;

CREATE TABLE staging.external_bcb_sgs (
    series text NOT NULL,
    region text NOT NULL,
    date date NOT NULL,
    value numeric(18, 6) NOT NULL,
    unit text NOT NULL,
    quality text NOT NULL,
    fetched_at timestamptz NOT NULL,
    PRIMARY KEY (date, series, region)
);

CREATE TABLE staging.external_bcb_ptax (
    series text NOT NULL,
    region text NOT NULL,
    date date NOT NULL,
    value numeric(18, 6) NOT NULL,
    unit text NOT NULL,
    quality text NOT NULL,
    fetched_at timestamptz NOT NULL,
    PRIMARY KEY (date, series, region)
);

CREATE TABLE staging.external_ibge_sidra (
    series text NOT NULL,
    region text NOT NULL,
    date date NOT NULL,
    value numeric(18, 6) NOT NULL,
    unit text NOT NULL,
    quality text NOT NULL,
    fetched_at timestamptz NOT NULL,
    PRIMARY KEY (date, series, region)
);

CREATE TABLE staging.external_open_meteo_archive (
    series text NOT NULL,
    region text NOT NULL,
    date date NOT NULL,
    value numeric(18, 6) NOT NULL,
    unit text NOT NULL,
    quality text NOT NULL,
    fetched_at timestamptz NOT NULL,
    PRIMARY KEY (date, series, region)
);

CREATE TABLE staging.external_open_meteo_forecast (
    series text NOT NULL,
    region text NOT NULL,
    date date NOT NULL,
    value numeric(18, 6) NOT NULL,
    unit text NOT NULL,
    quality text NOT NULL,
    fetched_at timestamptz NOT NULL,
    PRIMARY KEY (date, series, region)
);

CREATE TABLE staging.external_inmet_stations (
    series text NOT NULL,
    region text NOT NULL,
    date date NOT NULL,
    value numeric(18, 6) NOT NULL,
    unit text NOT NULL,
    quality text NOT NULL,
    fetched_at timestamptz NOT NULL,
    PRIMARY KEY (date, series, region)
);

CREATE TABLE core.fact_external_daily (
    source text NOT NULL,
    series text NOT NULL,
    region text NOT NULL,
    date date NOT NULL,
    value numeric(18, 6) NOT NULL,
    unit text NOT NULL,
    quality text NOT NULL,
    fetched_at timestamptz NOT NULL,
    PRIMARY KEY (source, series, region, date)
) PARTITION BY RANGE (date);

RESET ROLE;
