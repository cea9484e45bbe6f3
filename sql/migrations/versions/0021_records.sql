SET ROLE nova_owner;

-- Months of instants begin at midnight UTC, whatever the session that makes them thinks of time.
ALTER FUNCTION support.make_month_partitions(regclass, date, date) SET timezone = 'UTC';

CREATE SEQUENCE support.audit_events;

-- Who did what, and when. Written once: nobody but the owner may change or delete, and the trigger below stops the owner.
CREATE TABLE support.audit_logs (
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    event_id bigint NOT NULL DEFAULT nextval('support.audit_events'),
    action text NOT NULL CHECK (action ~ '^[a-z_]+[.][a-z_]+$'),
    actor text,
    role text,
    method text,
    route text,
    status smallint,
    duration_ms real,
    request_id text,
    ip inet,
    user_agent_hash text,
    cache text,
    subject_kind text,
    subject_id text,
    details jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (at, event_id)
) PARTITION BY RANGE (at);
CREATE INDEX audit_logs_actor ON support.audit_logs (actor, at) WHERE actor IS NOT NULL;
CREATE INDEX audit_logs_subject ON support.audit_logs (subject_kind, subject_id, at) WHERE subject_id IS NOT NULL;
CREATE INDEX audit_logs_change ON support.audit_logs (action, at) WHERE action <> 'api.call';
COMMENT ON TABLE support.audit_logs IS 'Who signed in, changed, published and asked what. Rows are only ever added';
COMMENT ON COLUMN support.audit_logs.actor IS 'Id of the account, or of the part of Nova that acted; null: nobody who is known';
COMMENT ON COLUMN support.audit_logs.route IS 'Template of the address; null: an address that there is not';
COMMENT ON COLUMN support.audit_logs.user_agent_hash IS 'First half of the SHA-256 of the User-Agent: equal ones are equal, and none can be read';

GRANT INSERT ON support.audit_logs TO nova_api_rw, nova_pipeline;
GRANT SELECT ON support.audit_logs TO nova_api_rw;
GRANT USAGE ON SEQUENCE support.audit_events TO nova_api_rw, nova_pipeline;

CREATE FUNCTION support.refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '%.% is only ever added to', tg_table_schema, tg_table_name USING ERRCODE = 'insufficient_privilege';
END
$$;

-- Of rows, not of statements: those reach every month, also one that is named itself. A month that is detached loses it.
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON support.audit_logs
FOR EACH ROW EXECUTE FUNCTION support.refuse_change();
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON support.audit_logs
FOR EACH STATEMENT EXECUTE FUNCTION support.refuse_change();

-- A row must never be refused for want of its month, also where no housekeeping runs: who writes makes sure of it.
CREATE FUNCTION support.make_audit_months() RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
    SELECT support.make_month_partitions(
        'support.audit_logs'::regclass, current_date - 1, (current_date + interval '1 month')::date
    )
$$;
REVOKE EXECUTE ON FUNCTION support.make_audit_months() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION support.make_audit_months() TO nova_api_rw, nova_pipeline;
SELECT support.make_month_partitions(
    'support.audit_logs'::regclass, current_date - 1, (current_date + interval '3 months')::date
);

-- What people write has a version too, as what the pipeline publishes has, whoever writes it.
CREATE FUNCTION support.new_version() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    dataset_name text := tg_table_schema || '.' || tg_table_name;
    rows_added bigint := 0;
    rows_now bigint;
    new_version bigint;
BEGIN
    IF tg_op = 'INSERT' THEN
        SELECT count(*) INTO rows_added FROM added;
    END IF;
    UPDATE support.dataset_versions
    SET version = version + 1, row_count = row_count + rows_added, changed_at = now(), materialized_at = now()
    WHERE dataset = dataset_name RETURNING version INTO new_version;
    IF new_version IS NULL THEN
        EXECUTE format('SELECT count(*) FROM %I.%I', tg_table_schema, tg_table_name) INTO rows_now;
        INSERT INTO support.dataset_versions AS present
            (dataset, version, row_count, data_through, run_id, changed_at, materialized_at)
        VALUES (dataset_name, 1, rows_now, NULL, NULL, now(), now())
        ON CONFLICT (dataset) DO UPDATE SET
            version = present.version + 1, row_count = present.row_count + rows_added, changed_at = now(),
            materialized_at = now()
        RETURNING version INTO new_version;
    END IF;
    PERFORM pg_notify('nova_versions', dataset_name || ':' || new_version);
    RETURN NULL;
END
$$;

ALTER TABLE support.planner_decisions ADD COLUMN decided_by_name text;
ALTER TABLE support.planner_decisions ADD COLUMN withdrawn_by text;
COMMENT ON COLUMN support.planner_decisions.decided_by IS 'Id of the account';
COMMENT ON COLUMN support.planner_decisions.decided_by_name IS 'Its name then, for people';
GRANT INSERT (decided_by_name), UPDATE (withdrawn_by) ON support.planner_decisions TO nova_api_rw;
CREATE TRIGGER new_version AFTER INSERT ON support.planner_decisions
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION support.new_version();
CREATE TRIGGER newer_version AFTER UPDATE ON support.planner_decisions
FOR EACH STATEMENT EXECUTE FUNCTION support.new_version();

CREATE TABLE support.alert_acknowledgements (
    acknowledgement_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    alert_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('acknowledge', 'snooze')),
    level text NOT NULL CHECK (level IN ('info', 'warning', 'critical')),
    reason text,
    decided_by text NOT NULL,
    decided_by_name text,
    decided_at timestamptz NOT NULL DEFAULT now(),
    expires_on date,
    withdrawn_at timestamptz,
    withdrawn_by text,
    CHECK ((kind = 'snooze') = (expires_on IS NOT NULL))
);
CREATE INDEX alert_acknowledgements_alert ON support.alert_acknowledgements (alert_id);
COMMENT ON TABLE support.alert_acknowledgements IS 'Who has seen an alert, or put it off. Rows stay; the latest of an alert holds';
COMMENT ON COLUMN support.alert_acknowledgements.level IS 'How bad it was then: what gets worse is open again';
COMMENT ON COLUMN support.alert_acknowledgements.expires_on IS 'First day of data on which a snoozed alert is open again';
COMMENT ON COLUMN support.alert_acknowledgements.withdrawn_at IS 'When it was taken back: it never held';
GRANT SELECT ON support.alert_acknowledgements TO nova_pipeline, nova_api_ro, nova_api_rw;
GRANT INSERT (alert_id, kind, level, reason, decided_by, decided_by_name, expires_on),
UPDATE (withdrawn_at, withdrawn_by) ON support.alert_acknowledgements TO nova_api_rw;
CREATE TRIGGER new_version AFTER INSERT ON support.alert_acknowledgements
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION support.new_version();
CREATE TRIGGER newer_version AFTER UPDATE ON support.alert_acknowledgements
FOR EACH STATEMENT EXECUTE FUNCTION support.new_version();

-- What holds of planners' decisions now, for each proposal, by the rules of nova_assets/planning/decisions.py: a plan made
-- now would say the same. `state` is another one whenever the proposal or a decision on the item is.
CREATE VIEW support.decided_recommendations AS
SELECT
    proposal.date,
    proposal.item_id,
    coalesce(held.decision, 'open') AS decision,
    held.decision_id,
    held.expires_on AS decided_until,
    CASE held.decision
        WHEN 'overridden' THEN held.action WHEN 'snoozed' THEN 'none' ELSE proposal.action
    END AS planned_action,
    CASE held.decision
        WHEN 'overridden' THEN held.quantity WHEN 'snoozed' THEN 0 ELSE proposal.quantity
    END AS planned_quantity,
    held.decided_by,
    held.decided_by_name,
    held.decided_at,
    held.reason AS decision_reason,
    (
        SELECT left(md5(concat_ws(
            '|', proposal.date, proposal.action, proposal.quantity, proposal.from_site_id, proposal.to_site_id,
            max(every.decision_id), count(every.withdrawn_at)
        )), 16)
        FROM support.planner_decisions AS every WHERE every.item_id = proposal.item_id
    ) AS state
FROM analytics.recommendations AS proposal
LEFT JOIN LATERAL (
    SELECT decision.*
    FROM support.planner_decisions AS decision
    WHERE
        decision.item_id = proposal.item_id
        AND decision.plan_date <= proposal.date
        AND decision.withdrawn_at IS NULL
    ORDER BY decision.decision_id DESC
    LIMIT 1
) AS latest ON true
LEFT JOIN analytics.recommendations AS seen
    ON latest.kind = 'snooze' AND seen.item_id = latest.item_id AND seen.date = latest.plan_date
LEFT JOIN LATERAL (
    SELECT
        latest.decision_id,
        latest.action,
        latest.quantity,
        latest.expires_on,
        latest.decided_by,
        latest.decided_by_name,
        latest.decided_at,
        latest.reason,
        CASE latest.kind
            WHEN 'acknowledge' THEN 'acknowledged' WHEN 'override' THEN 'overridden' WHEN 'snooze' THEN 'snoozed'
        END AS decision
    WHERE
        (latest.expires_on IS NULL OR latest.expires_on > proposal.date)
        AND CASE latest.kind
            WHEN 'acknowledge' THEN proposal.proposed_since <= latest.plan_date
            WHEN 'override' THEN true
            WHEN 'snooze' THEN NOT proposal.critical OR coalesce(seen.critical, false)
        END
) AS held ON true;
COMMENT ON VIEW support.decided_recommendations IS 'What planners'' decisions make of each proposal, as of now';

-- What holds of what was done about each alert: acknowledged as long as it is open and not worse than it was then; snoozed
-- likewise, and no longer than until its day of data.
CREATE VIEW support.handled_alerts AS
SELECT
    alert.alert_id,
    coalesce(held.handling, 'open') AS handling,
    held.acknowledgement_id,
    held.expires_on AS handled_until,
    held.decided_by AS handled_by,
    held.decided_by_name AS handled_by_name,
    held.decided_at AS handled_at,
    held.reason AS handling_reason,
    (
        SELECT left(md5(concat_ws(
            '|', alert.level, alert.closed_on, max(every.acknowledgement_id), count(every.withdrawn_at)
        )), 16)
        FROM support.alert_acknowledgements AS every WHERE every.alert_id = alert.alert_id
    ) AS state
FROM analytics.alerts AS alert
LEFT JOIN LATERAL (
    SELECT acknowledgement.*
    FROM support.alert_acknowledgements AS acknowledgement
    WHERE acknowledgement.alert_id = alert.alert_id AND acknowledgement.withdrawn_at IS NULL
    ORDER BY acknowledgement.acknowledgement_id DESC
    LIMIT 1
) AS latest ON true
LEFT JOIN LATERAL (
    SELECT
        latest.acknowledgement_id,
        latest.expires_on,
        latest.decided_by,
        latest.decided_by_name,
        latest.decided_at,
        latest.reason,
        CASE latest.kind WHEN 'acknowledge' THEN 'acknowledged' WHEN 'snooze' THEN 'snoozed' END AS handling
    WHERE
        alert.closed_on IS NULL
        AND (latest.expires_on IS NULL OR latest.expires_on > alert.seen_on)
        AND array_position(ARRAY['info', 'warning', 'critical'], alert.level)
        <= array_position(ARRAY['info', 'warning', 'critical'], latest.level)
) AS held ON true;
COMMENT ON VIEW support.handled_alerts IS 'What was done about each alert, as of now';

GRANT SELECT ON support.decided_recommendations, support.handled_alerts TO nova_pipeline, nova_api_ro, nova_api_rw;

-- Answers to writes that a client may send again because it does not know whether they arrived.
CREATE TABLE support.idempotent_answers (
    actor text NOT NULL,
    key text NOT NULL,
    fingerprint text NOT NULL,
    status smallint NOT NULL,
    headers jsonb NOT NULL,
    body bytea NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (actor, key)
);
CREATE INDEX idempotent_answers_expired ON support.idempotent_answers (expires_at);
-- UPDATE of a column, so that rows to be deleted can be locked first.
GRANT SELECT, INSERT, UPDATE (expires_at), DELETE ON support.idempotent_answers TO nova_api_rw;

RESET ROLE;
