SET ROLE nova_owner;

CREATE TABLE analytics.kpi_daily (
    date date NOT NULL,
    dimension text NOT NULL,
    member text NOT NULL,
    kpi text NOT NULL,
    numerator double precision,
    denominator double precision,
    reason text,
    PRIMARY KEY (date, dimension, member, kpi)
) PARTITION BY RANGE (date);

-- One open alert for each cause; a cause that comes back has a new alert, which names the former one.
CREATE TABLE analytics.alerts (
    alert_id uuid PRIMARY KEY,
    rule text NOT NULL,
    subject_kind text NOT NULL,
    subject_id text NOT NULL,
    cause text NOT NULL,
    level text NOT NULL,
    first_level text NOT NULL,
    level_since date NOT NULL,
    opened_on date NOT NULL,
    seen_on date NOT NULL,
    closed_on date,
    former_alert_id uuid,
    value double precision,
    threshold double precision,
    details jsonb NOT NULL
);
CREATE UNIQUE INDEX alerts_open_cause ON analytics.alerts (rule, subject_kind, subject_id, cause) WHERE closed_on IS NULL;
CREATE INDEX alerts_subject ON analytics.alerts (subject_kind, subject_id, opened_on);

RESET ROLE;
