"""Brings a database to the shape that this version of Nova needs.

Two steps in the administrator's name: Alembic's revisions (`sql/migrations/versions`), then the materialized views,
which are definitions, not history: a view whose text changed is made anew. `python -m nova_assets.migrations --help`.
"""

from __future__ import annotations

import argparse
import hashlib
import sys

import psycopg
from alembic import command
from alembic.config import Config
from psycopg import sql

from nova_assets import registry
from nova_assets.settings import PROJECT_ROOT, MissingSettingError, admin_database_url
from nova_assets.sqlfiles import table_sql


def upgrade(url: str, revision: str = "head") -> None:
    """Apply all revisions up to `revision`, then bring the views to their present definitions.

    Args:
        url: SQLAlchemy URL of the warehouse for a role that may create roles.
        revision: where to stop; views are made only at `head`, whose tables they need.
    """
    config = Config(toml_file=PROJECT_ROOT / "pyproject.toml")
    config.attributes["url"] = url
    command.upgrade(config, revision)
    if revision == "head":
        with psycopg.connect(url.replace("+psycopg", "", 1)) as connection:
            sync_views(connection)


def sync_views(connection: psycopg.Connection) -> list[str]:
    """Make the views whose definition differs from the database's, in one transaction; returns their names.

    A view that reads another is dropped with it, so one change remakes them all; readers see the old ones until commit.
    """
    wanted = {view.relation: _fingerprint(view) for view in registry.VIEWS}
    present = dict(
        connection.execute(
            "SELECT format('%s.%s', schemaname, matviewname),"
            " obj_description(format('%I.%I', schemaname, matviewname)::regclass)"
            " FROM pg_matviews WHERE schemaname = 'analytics'"
        ).fetchall()
    )
    if wanted == present:
        return []
    connection.execute("SET LOCAL ROLE nova_owner")
    for relation in present:
        connection.execute(sql.SQL("DROP MATERIALIZED VIEW IF EXISTS {} CASCADE").format(_identifier(relation)))
    for view in registry.VIEWS:
        _create_view(connection, view, wanted[view.relation])
    connection.commit()
    return list(wanted)


def _create_view(connection: psycopg.Connection, view: registry.Table, fingerprint: str) -> None:
    name = _identifier(view.relation)
    # A percent sign means itself here: no parameters are passed.
    connection.execute(
        sql.SQL("CREATE MATERIALIZED VIEW {} AS {}").format(name, sql.SQL(table_sql(view))),  # pyright: ignore[reportArgumentType]
    )
    key = sql.SQL(", ").join(map(sql.Identifier, view.key))
    connection.execute(sql.SQL("CREATE UNIQUE INDEX ON {} ({})").format(name, key))
    connection.execute(sql.SQL("COMMENT ON MATERIALIZED VIEW {} IS {}").format(name, sql.Literal(fingerprint)))


def _identifier(relation: str) -> sql.Identifier:
    return sql.Identifier(*relation.split("."))


def _fingerprint(view: registry.Table) -> str:
    digest = hashlib.sha256("\n".join([table_sql(view), *view.key]).encode()).hexdigest()
    return f"{view.meaning} [definition {digest[:16]}]"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m nova_assets.migrations", description=__doc__)
    parser.add_argument("command", choices=["upgrade"], help="apply what is pending")
    parser.add_argument("--revision", default="head", help="stop at this revision (default: head, with the views)")
    arguments = parser.parse_args()
    try:
        upgrade(admin_database_url(), arguments.revision)
    except MissingSettingError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
