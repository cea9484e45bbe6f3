SET ROLE nova_owner;

CREATE TABLE analytics.policy_simulation (
    date date NOT NULL,
    basis text NOT NULL,
    method text NOT NULL,
    target double precision NOT NULL,
    segment_kind text NOT NULL,
    segment text NOT NULL,
    items integer NOT NULL,
    weeks integer,
    line_fill double precision,
    unit_fill double precision,
    cycle_service double precision,
    stock_units double precision NOT NULL,
    stock_brl double precision,
    orders_a_year double precision NOT NULL,
    reason text,
    made_at timestamptz NOT NULL,
    PRIMARY KEY (date, basis, method, target, segment_kind, segment)
) PARTITION BY RANGE (date);

RESET ROLE;
