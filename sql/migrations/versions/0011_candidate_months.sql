SET ROLE nova_owner;

CREATE SCHEMA candidate;
COMMENT ON SCHEMA candidate IS 'First loads of tables that are cut into months, until they are published; nobody else reads them';
GRANT USAGE ON SCHEMA candidate TO nova_pipeline;

-- A candidate is the table once more, empty and without its keys: rows are written into it as into any heap, the key is
-- made afterwards, and its months change over. What a load that was killed left behind goes first.
CREATE FUNCTION support.candidate_name(parent regclass) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT n.nspname || '_' || c.relname
    FROM pg_class AS c INNER JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.oid = parent
$$;

CREATE FUNCTION support.drop_candidate(parent regclass) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    EXECUTE format('DROP TABLE IF EXISTS candidate.%I', support.candidate_name(parent));
END
$$;

CREATE FUNCTION support.make_candidate(parent regclass, first_day date, last_day date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    whole text := support.candidate_name(parent);
    month date := date_trunc('month', first_day)::date;
    part text;
BEGIN
    PERFORM support.drop_candidate(parent);
    EXECUTE format(
        'CREATE TABLE candidate.%I (LIKE %s INCLUDING DEFAULTS INCLUDING CONSTRAINTS) PARTITION BY %s',
        whole, parent, pg_get_partkeydef(parent)
    );
    EXECUTE format('GRANT SELECT, INSERT ON candidate.%I TO nova_pipeline', whole);
    WHILE month <= last_day LOOP
        part := format('%s_y%sm%s', whole, to_char(month, 'YYYY'), to_char(month, 'MM'));
        EXECUTE format(
            'CREATE TABLE candidate.%I PARTITION OF candidate.%I FOR VALUES FROM (%L) TO (%L)',
            part, whole, month, (month + interval '1 month')::date
        );
        EXECUTE format('GRANT SELECT, INSERT, TRUNCATE ON candidate.%I TO nova_pipeline', part);
        month := (month + interval '1 month')::date;
    END LOOP;
END
$$;

CREATE FUNCTION support.key_candidate_month(parent regclass, month date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    EXECUTE (
        SELECT format(
            'ALTER TABLE candidate.%I ADD %s',
            format('%s_y%sm%s', support.candidate_name(parent), to_char(month, 'YYYY'), to_char(month, 'MM')),
            pg_get_constraintdef(oid)
        )
        FROM pg_constraint WHERE conrelid = parent AND contype = 'p'
    );
END
$$;

-- Attaching a month lets readers of the table go on. Only a month that is there already, without rows, makes them wait:
-- it is dropped for the new one, at the end of the load.
CREATE FUNCTION support.attach_candidate(parent regclass) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    whole text := support.candidate_name(parent);
    home text;
    own text;
    part record;
    has_rows boolean;
    attached integer := 0;
BEGIN
    SELECT n.nspname, c.relname INTO STRICT home, own
    FROM pg_class AS c INNER JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.oid = parent;
    FOR part IN
        SELECT c.oid::regclass AS relation, c.relname AS name, pg_get_expr(c.relpartbound, c.oid) AS bound,
            own || substr(c.relname, length(whole) + 1) AS final_name
        FROM pg_inherits AS i INNER JOIN pg_class AS c ON c.oid = i.inhrelid
        WHERE i.inhparent = format('candidate.%I', whole)::regclass
        ORDER BY c.relname
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %s)', part.relation) INTO has_rows;
        CONTINUE WHEN NOT has_rows;
        IF to_regclass(format('%I.%I', home, part.final_name)) IS NOT NULL THEN
            EXECUTE format('SELECT EXISTS (SELECT FROM %I.%I)', home, part.final_name) INTO has_rows;
            IF has_rows THEN
                RAISE EXCEPTION '%.% holds rows: only a month without any can be replaced', home, part.final_name;
            END IF;
            EXECUTE format('DROP TABLE %I.%I', home, part.final_name);
        END IF;
        EXECUTE format('ALTER TABLE candidate.%I DETACH PARTITION candidate.%I', whole, part.name);
        EXECUTE format('REVOKE ALL ON candidate.%I FROM nova_pipeline', part.name);
        EXECUTE format('ALTER TABLE candidate.%I RENAME TO %I', part.name, part.final_name);
        EXECUTE format('ALTER TABLE candidate.%I SET SCHEMA %I', part.final_name, home);
        EXECUTE format('ALTER TABLE %s ATTACH PARTITION %I.%I %s', parent, home, part.final_name, part.bound);
        attached := attached + 1;
    END LOOP;
    PERFORM support.drop_candidate(parent);
    RETURN attached;
END
$$;

-- As before, but that readers of the table need not wait for a month to be made.
CREATE OR REPLACE FUNCTION support.make_month_partitions(parent regclass, first_day date, last_day date) RETURNS integer
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
                    'CREATE TABLE %I.%I (LIKE %s INCLUDING DEFAULTS INCLUDING CONSTRAINTS)',
                    parent_schema, partition_name, parent
                );
                EXECUTE format(
                    'ALTER TABLE %s ATTACH PARTITION %I.%I FOR VALUES FROM (%L) TO (%L)',
                    parent, parent_schema, partition_name, month, (month + interval '1 month')::date
                );
                made := made + 1;
            END IF;
        END IF;
        month := (month + interval '1 month')::date;
    END LOOP;
    RETURN made;
END
$$;

REVOKE EXECUTE ON FUNCTION support.candidate_name(regclass) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION support.drop_candidate(regclass) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION support.make_candidate(regclass, date, date) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION support.key_candidate_month(regclass, date) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION support.attach_candidate(regclass) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION support.drop_candidate(regclass) TO nova_pipeline;
GRANT EXECUTE ON FUNCTION support.make_candidate(regclass, date, date) TO nova_pipeline;
GRANT EXECUTE ON FUNCTION support.key_candidate_month(regclass, date) TO nova_pipeline;
GRANT EXECUTE ON FUNCTION support.attach_candidate(regclass) TO nova_pipeline;

RESET ROLE;
