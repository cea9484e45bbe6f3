"""The database `erp`: who may read it, and what it holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from nova_local.errors import LocalError

DATABASE, READER = "erp", "nova_erp_ro"
RECIPE = 5  # to be raised with every change of the rules or tables: what older rules made is built anew
TABLES = ("sbm010", "sb1010", "sb2010", "sd3010", "sc1010", "sc7010", "sd1010", "sd2010", "sa2010", "nnr010", "sf4010")


@dataclass(frozen=True)
class Summary:
    """What the demo ERP holds: rows by table, from `first_day` to `last_day`."""

    size: str
    seed: int
    branches: int
    first_day: date
    last_day: date
    rows: Mapping[str, int]


def erp_url(superuser_url: str) -> str:
    """The database `erp` as the superuser."""
    return make_conninfo(superuser_url, dbname=DATABASE)


def exists(superuser_url: str) -> bool:
    """Whether a demo ERP was built to its end; false too while its first build runs."""
    with psycopg.connect(superuser_url) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
    if not found:
        return False
    with psycopg.connect(erp_url(superuser_url)) as connection:
        return is_built(connection)


def is_built(connection: psycopg.Connection) -> bool:
    return connection.execute("SELECT to_regclass('truth.run') IS NOT NULL").fetchone() == (True,)


def is_current(connection: psycopg.Connection) -> bool:
    """Whether the rules and tables of this version made the demo ERP that is there."""
    return connection.execute("SELECT recipe FROM truth.run").fetchone() == (RECIPE,)


def require_current(connection: psycopg.Connection) -> None:
    if not is_current(connection):
        raise LocalError("another version of Nova made this demo ERP: `nova demo reset` builds it anew")


def size_there(superuser_url: str) -> tuple[str, bool] | None:
    """The size of the demo ERP that is there, and whether this version of Nova made it; None without one."""
    if not exists(superuser_url):
        return None
    with psycopg.connect(erp_url(superuser_url)) as connection:
        return connection.execute("SELECT size, recipe = %s FROM truth.run", [RECIPE]).fetchone()


def built_at(superuser_url: str) -> datetime:
    """When the company that is there began to be simulated; days that happened since do not change it.

    Raises `LocalError` when there is no demo ERP, or one that other rules made.
    """
    if not exists(superuser_url):
        raise LocalError("there is no demo ERP yet: `nova demo reset` builds it")
    with psycopg.connect(erp_url(superuser_url)) as connection:
        require_current(connection)
        (instant,) = connection.execute("SELECT built_at FROM truth.run").fetchone() or (None,)
    assert instant is not None
    return instant


def summarize(superuser_url: str) -> Summary:
    """Count what is there. Raises `LocalError` when there is no demo ERP, or one that other rules made."""
    if not exists(superuser_url):
        raise LocalError("there is no demo ERP yet: `nova demo reset` builds it")
    with psycopg.connect(erp_url(superuser_url)) as connection:
        require_current(connection)
        return count(connection)


def count(connection: psycopg.Connection) -> Summary:
    run = connection.execute("SELECT size, seed, branches, first_day, last_day FROM truth.run").fetchone()
    assert run is not None
    size, seed, branches, first_day, last_day = run
    rows = {table: count_rows(connection, table) for table in TABLES}
    return Summary(size, seed, branches, first_day, last_day, rows)


def count_rows(connection: psycopg.Connection, table: str) -> int:
    query = sql.SQL("SELECT count(*) FROM public.{}").format(sql.Identifier(table))
    found = connection.execute(query).fetchone()
    return 0 if found is None else found[0]


def create(superuser_url: str, password: str) -> None:
    """Make the database and its reader when absent, and set the reader's password."""
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [READER]).fetchone():
            connection.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(READER)))
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
        for statement in (
            "ALTER ROLE {reader} LOGIN PASSWORD {password}",
            "ALTER ROLE {reader} SET default_transaction_read_only = on",
            "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
            "GRANT CONNECT ON DATABASE {database} TO {reader}",
        ):
            connection.execute(
                sql.SQL(statement).format(
                    reader=sql.Identifier(READER), database=sql.Identifier(DATABASE), password=sql.Literal(password)
                )
            )


def grant(connection: psycopg.Connection) -> None:
    """The reader may read the ERP's tables and nothing else: not the truth, not a table of its own."""
    connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    reader = sql.Identifier(READER)
    connection.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(reader))
    for table in TABLES:
        connection.execute(sql.SQL("GRANT SELECT ON public.{} TO {}").format(sql.Identifier(table), reader))


def drop_tables(connection: psycopg.Connection) -> None:
    connection.execute("DROP SCHEMA IF EXISTS truth CASCADE")
    for table in TABLES:
        connection.execute(sql.SQL("DROP TABLE IF EXISTS public.{}").format(sql.Identifier(table)))
