-- What really was, kept from the readers of the ERP: estimates are compared with it, and the simulation goes on from it.
CREATE SCHEMA truth;

CREATE TABLE truth.run (
    recipe integer NOT NULL, -- the rules that made the rows; other rules make other rows
    size text NOT NULL,
    seed bigint NOT NULL,
    branches integer NOT NULL, -- whose books the rows are in; the days are the same
    first_day date NOT NULL,
    last_day date NOT NULL,
    built_at timestamptz NOT NULL DEFAULT now(), -- tells this company from one that was built before
    state bytea NOT NULL -- what the next day needs
);

CREATE TABLE truth.items (
    item_id text PRIMARY KEY,
    kind text NOT NULL, -- consumable, erratic, intermittent, lumpy, service
    first_day date NOT NULL, -- the item is wanted from this day
    last_day date, -- to this one
    daily_lines double precision NOT NULL, -- mean lines a day, of all sites together, while it lives
    failure_lines double precision NOT NULL, -- the part of repairs, which the weather moves
    visit_chance double precision NOT NULL, -- chance to be used on a preventive visit
    team_lines double precision NOT NULL, -- by teams, a business day
    size_mean double precision NOT NULL, -- quantity of a line, in the item's unit
    size_cv double precision NOT NULL,
    size_log_mean double precision NOT NULL, -- before rounding to `step`
    size_log_sigma double precision NOT NULL,
    step double precision NOT NULL,
    price_drift double precision NOT NULL, -- share a year
    supplier_id text NOT NULL,
    second_supplier_id text NOT NULL
);

CREATE TABLE truth.suppliers (
    supplier_id text PRIMARY KEY, -- code and branch
    log_mean double precision NOT NULL, -- of the days from order to arrival, log-normal, then rounded, at least 1
    log_sigma double precision NOT NULL,
    quoted_days double precision NOT NULL,
    price_factor double precision NOT NULL
);

CREATE TABLE truth.contracts (
    site_id text PRIMARY KEY,
    owner text NOT NULL,
    region integer NOT NULL, -- as in truth.weather
    monthly_fee_brl double precision NOT NULL,
    sla_days integer NOT NULL,
    penalty_per_day_brl double precision NOT NULL, -- for every line that a work order still lacks after `sla_days`
    exposure double precision NOT NULL, -- failures relative to the average tower
    visit_period_days integer NOT NULL, -- business days
    visit_phase integer NOT NULL
);

CREATE TABLE truth.weather (
    region integer NOT NULL,
    day date NOT NULL,
    rain_mm double precision NOT NULL,
    wind_kmh double precision NOT NULL,
    failure_factor double precision NOT NULL -- of the failure rate; 1 in a year's average
);

CREATE TABLE truth.unmet_demand (
    r_e_c_n_o_ bigint NOT NULL,
    item_id text NOT NULL,
    site_id text NOT NULL,
    branch text NOT NULL, -- of the location
    location_id text NOT NULL,
    wanted_on date NOT NULL,
    wanted double precision NOT NULL, -- the whole line
    unmet double precision NOT NULL, -- what could not be had on that day
    served_on date, -- when the last of it was; null while it waits or when it was given up
    given_up double precision NOT NULL, -- bought elsewhere after 60 days
    penalty_brl double precision NOT NULL
);

CREATE TABLE truth.wrong_prices (
    branch text NOT NULL, -- c7_filial
    order_id text NOT NULL, -- c7_num
    line_no text NOT NULL, -- c7_item
    item_id text NOT NULL,
    typed_brl double precision NOT NULL, -- what the order says
    price_brl double precision NOT NULL -- what was agreed, and is billed
);

CREATE TABLE truth.shelves (
    item_id text NOT NULL,
    branch text NOT NULL, -- of the location
    location_id text NOT NULL,
    on_shelf double precision NOT NULL, -- what is really there
    unnoticed_loss double precision NOT NULL,
    minimum double precision NOT NULL, -- of the naive rule
    maximum double precision NOT NULL
);

CREATE TABLE truth.dirt (
    kind text PRIMARY KEY,
    planted bigint NOT NULL, -- rows
    mended bigint NOT NULL -- of these, put right by the last day
);
