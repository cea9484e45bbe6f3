SET ROLE nova_owner;

CREATE TABLE support.dataset_versions (
    dataset text PRIMARY KEY,
    version bigint NOT NULL CHECK (version > 0),
    row_count bigint NOT NULL CHECK (row_count >= 0),
    data_through date,
    run_id text,
    changed_at timestamptz NOT NULL,
    materialized_at timestamptz NOT NULL
);
COMMENT ON TABLE support.dataset_versions IS 'One row per published table: what the API serves, and since when';

CREATE TABLE support.rejected_rows (
    source text NOT NULL,
    sheet text NOT NULL,
    row_number integer NOT NULL,
    reason text NOT NULL,
    detail text NOT NULL,
    raw jsonb NOT NULL,
    PRIMARY KEY (source, sheet, row_number)
);
COMMENT ON TABLE support.rejected_rows IS 'Rows of a source that cannot be used, as they were read, with the reason';

GRANT SELECT, INSERT, UPDATE, DELETE ON support.dataset_versions, support.rejected_rows TO nova_pipeline;
GRANT SELECT ON support.dataset_versions, support.rejected_rows TO nova_api_ro, nova_api_rw;

-- The pipeline fills tables it does not own; these two functions lend it the owner's right for exactly one thing each.
CREATE FUNCTION support.make_month_partitions(parent regclass, first_day date, last_day date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    month date := date_trunc('month', first_day)::date;
    partition_name text;
    parent_schema text;
    parent_name text;
    made integer := 0;
BEGIN
    SELECT n.nspname, c.relname INTO STRICT parent_schema, parent_name
    FROM pg_class AS c INNER JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.oid = parent AND c.relkind = 'p';
    WHILE month <= last_day LOOP
        partition_name := format('%s_y%sm%s', parent_name, to_char(month, 'YYYY'), to_char(month, 'MM'));
        IF to_regclass(format('%I.%I', parent_schema, partition_name)) IS NULL THEN
            -- Two writers may want the same month at once: the second waits here and then finds it made.
            PERFORM pg_advisory_xact_lock(hashtextextended(parent_schema || '.' || partition_name, 0));
            IF to_regclass(format('%I.%I', parent_schema, partition_name)) IS NULL THEN
                EXECUTE format(
                    'CREATE TABLE %I.%I PARTITION OF %s FOR VALUES FROM (%L) TO (%L)',
                    parent_schema, partition_name, parent, month, (month + interval '1 month')::date
                );
                made := made + 1;
            END IF;
        END IF;
        month := (month + interval '1 month')::date;
    END LOOP;
    RETURN made;
END
$$;

CREATE FUNCTION support.refresh_view(view regclass) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF (SELECT relispopulated FROM pg_class WHERE oid = view AND relkind = 'm') THEN
        EXECUTE format('REFRESH MATERIALIZED VIEW CONCURRENTLY %s', view);
    ELSE
        EXECUTE format('REFRESH MATERIALIZED VIEW %s', view);
    END IF;
END
$$;

REVOKE EXECUTE ON FUNCTION support.make_month_partitions(regclass, date, date) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION support.refresh_view(regclass) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION support.make_month_partitions(regclass, date, date) TO nova_pipeline;
GRANT EXECUTE ON FUNCTION support.refresh_view(regclass) TO nova_pipeline;

RESET ROLE;
