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

RESET ROLE;
