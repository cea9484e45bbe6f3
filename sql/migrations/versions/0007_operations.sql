SET ROLE nova_owner;

CREATE SCHEMA archive;
COMMENT ON SCHEMA archive IS 'Months that retention took out of their tables; nothing reads them. Dump and drop them at will';

-- A month that lies before first_kept whole leaves its table, without a row being copied. In a schema of its own, so that
-- the month can be made anew in its place. The table has a new version then, as after any other change.
CREATE FUNCTION support.detach_months_before(parent regclass, first_kept date) RETURNS text []
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    month record;
    dataset_name text;
    rows_left bigint;
    new_version bigint;
    detached text[] := '{}';
BEGIN
    SELECT n.nspname || '.' || c.relname INTO STRICT dataset_name
    FROM pg_class AS c INNER JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.oid = parent AND c.relkind = 'p';
    PERFORM pg_advisory_xact_lock(hashtextextended(dataset_name, 0));
    FOR month IN
        SELECT n.nspname, c.relname
        FROM pg_inherits AS i
        INNER JOIN pg_class AS c ON c.oid = i.inhrelid
        INNER JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE
            i.inhparent = parent AND c.relname ~ '_y\d{4}m\d{2}$'
            AND to_date(right(c.relname, 7), 'YYYY"m"MM') + interval '1 month' <= first_kept
        ORDER BY c.relname
    LOOP
        IF to_regclass(format('archive.%I', month.relname)) IS NOT NULL THEN
            RAISE EXCEPTION 'archive.% is there already: dump or drop it before this month is detached again', month.relname;
        END IF;
        EXECUTE format('ALTER TABLE %s DETACH PARTITION %I.%I', parent, month.nspname, month.relname);
        EXECUTE format('ALTER TABLE %I.%I SET SCHEMA archive', month.nspname, month.relname);
        detached := detached || month.relname::text;
    END LOOP;
    IF cardinality(detached) > 0 THEN
        EXECUTE format('SELECT count(*) FROM %s', parent) INTO rows_left;
        UPDATE support.dataset_versions SET version = version + 1, row_count = rows_left, changed_at = now()
        WHERE dataset = dataset_name RETURNING version INTO new_version;
        IF new_version IS NOT NULL THEN
            PERFORM pg_notify('nova_versions', dataset_name || ':' || new_version);
        END IF;
    END IF;
    RETURN detached;
END
$$;

REVOKE EXECUTE ON FUNCTION support.detach_months_before(regclass, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION support.detach_months_before(regclass, date) TO nova_pipeline;

RESET ROLE;
