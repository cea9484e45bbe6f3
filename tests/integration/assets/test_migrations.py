"""Migrations: from empty, from each earlier revision, twice, and what they leave agrees with the registry."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from psycopg import sql

from nova_assets import migrations, registry
from nova_assets.registry import Kind
from nova_assets.settings import PROJECT_ROOT
from nova_local.embedded import Services
from tests.conftest import admin_url

SCRIPTS = ScriptDirectory.from_config(Config(toml_file=PROJECT_ROOT / "pyproject.toml"))
REVISIONS = [script.revision for script in reversed(list(SCRIPTS.walk_revisions()))]


def sqlalchemy(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


@pytest.fixture
def empty(services: Services) -> Iterator[str]:
    """URL of an empty database."""
    with psycopg.connect(services.superuser_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE empty_for_migrations")
        yield admin_url(services, "empty_for_migrations")
        connection.execute("DROP DATABASE empty_for_migrations WITH (FORCE)")


def shape(url: str) -> list[tuple[str, str, str, bool]]:
    """Every column of Nova's schemas: relation, name, type, not null. Registry and database must agree on it."""
    with psycopg.connect(url) as connection:
        return connection.execute(
            """
            SELECT format('%s.%s', n.nspname, c.relname), a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull
            FROM pg_attribute AS a
            INNER JOIN pg_class AS c ON a.attrelid = c.oid
            INNER JOIN pg_namespace AS n ON c.relnamespace = n.oid
            WHERE n.nspname IN ('staging', 'core', 'analytics', 'support')
                AND c.relkind IN ('r', 'p', 'm') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped
            ORDER BY 1, a.attnum
            """
        ).fetchall()


@pytest.mark.parametrize("start", REVISIONS[:-1])
def test_an_upgrade_from_any_earlier_revision_gives_the_same_database_as_one_from_empty(services, empty, start):
    migrations.upgrade(sqlalchemy(empty), start)
    migrations.upgrade(sqlalchemy(empty))
    assert shape(empty) == shape(services.admin_url)


def test_a_second_upgrade_changes_nothing(database):
    with psycopg.connect(database.admin_url) as connection:
        assert migrations.sync_views(connection) == []
    before = shape(database.admin_url)
    migrations.upgrade(sqlalchemy(database.admin_url))
    assert shape(database.admin_url) == before


def test_a_view_whose_definition_changed_is_made_anew_with_its_rows(database):
    with psycopg.connect(database.admin_url) as connection:
        connection.execute("COMMENT ON MATERIALIZED VIEW analytics.mv_kpi_summary IS 'an older definition'")
    with psycopg.connect(database.admin_url) as connection:
        assert set(migrations.sync_views(connection)) == {view.relation for view in registry.VIEWS}
    with psycopg.connect(database.api_url) as reader:
        row = reader.execute("SELECT count(*) FROM analytics.mv_kpi_summary").fetchone()
    assert row
    assert row[0] > 0


ALIASES = {"timestamptz": "timestamp with time zone"}


@pytest.mark.parametrize("table", registry.TABLES, ids=lambda table: table.relation)
def test_the_database_has_the_columns_types_and_key_that_the_registry_says(database, table):
    columns = [
        (name, type_, required)
        for relation, name, type_, required in shape(database.admin_url)
        if relation == table.relation
    ]
    types = {name: type_ for name, type_, _ in columns}
    assert types == {c.name: ALIASES.get(c.type, c.type) for c in table.columns}
    if table.kind is Kind.TABLE:
        assert {name for name, _, required in columns if required} == {c.name for c in table.columns if not c.nullable}
    assert set(table.key) in unique_keys(database.admin_url, table)


def unique_keys(url: str, table: registry.Table) -> list[set[str]]:
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            """
            SELECT array_agg(a.attname::text) FROM pg_index AS i
            INNER JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
            WHERE i.indrelid = %s::regclass AND i.indisunique GROUP BY i.indexrelid
            """,
            [table.relation],
        ).fetchall()
    return [set(names) for (names,) in rows]


READABLE = {"core", "analytics"}
REJECTED = {"support.rejected_rows", "support.rejected_erp_rows"}


@pytest.mark.parametrize("role", ["nova_api_ro", "nova_api_rw", "nova_pipeline"])
def test_each_role_has_only_the_grants_it_needs(database, role):
    with psycopg.connect(database.admin_url) as connection:
        for table in registry.TABLES:
            may = {
                verb
                for verb in ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE")
                if connection.execute(
                    "SELECT has_schema_privilege(%(role)s, %(schema)s, 'USAGE')"
                    " AND has_table_privilege(%(role)s, %(table)s, %(verb)s)",
                    {"role": role, "schema": table.schema, "table": table.relation, "verb": verb},
                ).fetchone()
                == (True,)
            }
            if role == "nova_pipeline":
                # A view is refreshed by the owner's function; the pipeline's rights on its rows change nothing.
                wanted = {"SELECT", "INSERT", "UPDATE", "DELETE"}
            else:
                wanted = {"SELECT"} if table.schema in READABLE or table.relation in REJECTED else set()
            assert may == wanted, table.relation


def test_the_api_can_neither_write_nor_make_tables(database):
    with psycopg.connect(database.api_url, autocommit=True) as api:
        for statement in (
            "DELETE FROM core.dim_item",
            "UPDATE support.dataset_versions SET version = 9",
            "CREATE TABLE core.mine (n integer)",
            "SELECT support.refresh_view('analytics.mv_kpi_summary')",
            "SELECT * FROM staging.purchase_lines",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                api.execute(sql.SQL(statement))


def test_the_pipeline_owns_nothing_and_cannot_change_the_schema(database):
    with psycopg.connect(database.pipeline_url, autocommit=True) as pipeline:
        for statement in (
            "DROP TABLE core.dim_item",
            "ALTER TABLE core.dim_item ADD COLUMN n integer",
            "CREATE ROLE x",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                pipeline.execute(sql.SQL(statement))
