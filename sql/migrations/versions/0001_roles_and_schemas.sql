-- Roles: who owns, who fills, who reads. They get their passwords outside of migrations.
DO $$
DECLARE
    role_name text;
BEGIN
    FOREACH role_name IN ARRAY ARRAY['nova_owner', 'nova_pipeline', 'nova_api_ro', 'nova_api_rw', 'nova_dagster'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', role_name);
        END IF;
    END LOOP;
    IF NOT pg_has_role(current_user, 'nova_owner', 'MEMBER') THEN
        EXECUTE format('GRANT nova_owner TO %I', current_user);
    END IF;
    EXECUTE format('GRANT CREATE ON DATABASE %I TO nova_owner', current_database());
    EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO nova_pipeline', current_database());
END
$$;

SET ROLE nova_owner;

CREATE SCHEMA staging;
CREATE SCHEMA core;
CREATE SCHEMA analytics;
CREATE SCHEMA support;

COMMENT ON SCHEMA staging IS 'Rows as the sources have them, and the same rows repaired and typed';
COMMENT ON SCHEMA core IS 'Dimensions and facts of the company, whatever ERP they came from';
COMMENT ON SCHEMA analytics IS 'Features, forecasts and KPIs';
COMMENT ON SCHEMA support IS 'Versions of the tables, rejected rows, users and audit';

GRANT USAGE ON SCHEMA staging, core, analytics, support TO nova_pipeline;
GRANT USAGE ON SCHEMA core, analytics, support TO nova_api_ro, nova_api_rw;

ALTER DEFAULT PRIVILEGES IN SCHEMA staging, core, analytics
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO nova_pipeline;

ALTER DEFAULT PRIVILEGES IN SCHEMA core, analytics
GRANT SELECT ON TABLES TO nova_api_ro, nova_api_rw;

RESET ROLE;
