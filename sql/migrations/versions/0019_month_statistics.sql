SET ROLE nova_owner;

-- As before, and each month has its bounds as a constraint too: by that ATTACH PARTITION knows that the rows fit, and does
-- not read them all again.
CREATE OR REPLACE FUNCTION support.make_candidate(parent regclass, first_day date, last_day date) RETURNS void
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
        EXECUTE format(
            'ALTER TABLE candidate.%I ADD CONSTRAINT candidate_bounds CHECK (%s)',
            part, pg_get_partition_constraintdef(format('candidate.%I', part)::regclass)
        );
        EXECUTE format('GRANT SELECT, INSERT, TRUNCATE ON candidate.%I TO nova_pipeline', part);
        month := (month + interval '1 month')::date;
    END LOOP;
END
$$;

-- What the planner should know of a month before it is attached. Autovacuum looks a minute later at the earliest; until
-- then the planner takes a quarter of a million rows for one, and looks up each of them by itself. A most common value
-- for each day of a month, and 9,300 rows to find them in, are enough for one month among many.
CREATE FUNCTION support.analyze_candidate_month(parent regclass, month date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET default_statistics_target = 31 AS $$
BEGIN
    EXECUTE format(
        'ANALYZE candidate.%I',
        format('%s_y%sm%s', support.candidate_name(parent), to_char(month, 'YYYY'), to_char(month, 'MM'))
    );
END
$$;

-- As before, without the constraint that the partition's own bounds replace.
CREATE OR REPLACE FUNCTION support.attach_candidate(parent regclass) RETURNS integer
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
        EXECUTE format('ALTER TABLE %I.%I DROP CONSTRAINT candidate_bounds', home, part.final_name);
        attached := attached + 1;
    END LOOP;
    PERFORM support.drop_candidate(parent);
    RETURN attached;
END
$$;

REVOKE EXECUTE ON FUNCTION support.analyze_candidate_month(regclass, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION support.analyze_candidate_month(regclass, date) TO nova_pipeline;

RESET ROLE;
