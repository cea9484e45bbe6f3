SET ROLE nova_owner;

-- What was counted and checked at every publication. One that a check refused has no version.
CREATE TABLE support.publications (
    publication_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dataset text NOT NULL,
    version bigint,
    published_at timestamptz NOT NULL DEFAULT now(),
    run_id text,
    source text,
    first_day date,
    last_day date,
    former_rows bigint,
    rows bigint NOT NULL,
    nulls jsonb NOT NULL,
    checks jsonb NOT NULL
);
CREATE INDEX publications_dataset ON support.publications (dataset, publication_id DESC);
CREATE INDEX publications_published_at ON support.publications (published_at);
COMMENT ON TABLE support.publications IS 'What was counted and checked at every publication of a table, refused ones included';
COMMENT ON COLUMN support.publications.former_rows IS 'Rows that the new ones replace; null for views, which are refreshed';
GRANT SELECT, INSERT, DELETE ON support.publications TO nova_pipeline;

CREATE FUNCTION support.median(numbers double precision []) RETURNS double precision
LANGUAGE sql IMMUTABLE AS $$
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY number) FROM unnest(numbers) AS number
$$;

-- Iglewicz & Hoaglin (1993): 0.6745 (x - median) / MAD. Where nearly all of the history is one number the MAD is zero or
-- almost, and any other number would be endlessly far away: a smallest spread stands in for it.
CREATE FUNCTION support.modified_z_score(
    value double precision, history double precision [], smallest_spread double precision
) RETURNS double precision
LANGUAGE sql IMMUTABLE AS $$
    SELECT 0.6745 * (value - middle) / greatest(
        smallest_spread, (SELECT support.median(array_agg(abs(past - middle))) FROM unnest(history) AS past)
    )
    FROM support.median(history) AS middle
$$;

CREATE TABLE core.fact_demand_anomalies (
    item_id text NOT NULL,
    site_id text NOT NULL,
    date date NOT NULL,
    demand numeric(18, 4) NOT NULL,
    usual_demand double precision NOT NULL,
    score double precision NOT NULL,
    direction text NOT NULL,
    history_rows integer NOT NULL,
    PRIMARY KEY (item_id, site_id, date)
);
CREATE INDEX fact_demand_anomalies_date ON core.fact_demand_anomalies (date);

CREATE TABLE core.fact_price_anomalies (
    order_id text NOT NULL,
    line_no text NOT NULL,
    requested_on date NOT NULL,
    item_id text NOT NULL,
    supplier_id text NOT NULL,
    unit_price_brl numeric(18, 4) NOT NULL,
    usual_price_brl double precision,
    score double precision,
    direction text NOT NULL,
    history_lines integer NOT NULL,
    PRIMARY KEY (order_id, line_no)
);
CREATE INDEX fact_price_anomalies_requested_on ON core.fact_price_anomalies (requested_on);

CREATE TABLE analytics.data_quality (
    publication_id bigint NOT NULL,
    dataset text NOT NULL,
    check_name text NOT NULL,
    severity text NOT NULL,
    status text NOT NULL,
    offending_rows bigint NOT NULL,
    published_at timestamptz NOT NULL,
    run_id text,
    is_latest boolean NOT NULL,
    first_day date,
    last_day date,
    rows bigint NOT NULL,
    former_rows bigint,
    row_count_change_share double precision,
    null_share double precision,
    rejected_rows bigint,
    merged_rows bigint,
    flagged_rows bigint,
    age_days double precision NOT NULL,
    PRIMARY KEY (publication_id, check_name)
);
CREATE INDEX data_quality_dataset ON analytics.data_quality (dataset, published_at);

RESET ROLE;
