"""Databases with the tables of Protheus: the demo company in the books of two branches, and one written row by row."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import psycopg
from psycopg import sql

from nova_local.embedded import Services
from nova_local.erp import builder, database
from nova_local.erp.scales import DEFAULT_SIZE

BLANK = {"character": "", "double precision": 0, "bigint": 0, "timestamp with time zone": "2025-01-01"}


@dataclass(frozen=True)
class Protheus:
    """A database of its own: as the ERP's reader for SQLAlchemy, and as the superuser for libpq."""

    sqlalchemy_url: str
    superuser_url: str

    def rows(self, query: str) -> list[tuple]:
        """What a query finds, as the superuser."""
        with psycopg.connect(self.superuser_url) as connection:
            return connection.execute(query.encode()).fetchall()

    def execute(self, *statements: str) -> None:
        with psycopg.connect(self.superuser_url) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def insert(self, table: str, **values: str | float) -> None:
        """One more row; what is not named is blank or 0, and its record number the next of the table."""
        with psycopg.connect(self.superuser_url) as connection:
            columns = connection.execute(
                "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s", [table]
            ).fetchall()
            count = connection.execute(
                sql.SQL("SELECT coalesce(max(r_e_c_n_o_), 0) FROM {}").format(sql.Identifier(table))
            ).fetchone()
            assert count is not None
            row = {name: BLANK[kind] for name, kind in columns} | {"r_e_c_n_o_": count[0] + 1}
            assert not values.keys() - row.keys()
            connection.execute(
                sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
                    sql.Identifier(table),
                    sql.SQL(", ").join(map(sql.Identifier, row)),
                    sql.SQL(", ").join([sql.Placeholder()] * len(row)),
                ),
                [*(row | values).values()],
            )

    def advance(self, days: int) -> None:
        """Let days of the demo company happen."""
        with psycopg.connect(self.superuser_url) as connection:
            builder.lock(connection)
            builder.add_days(connection, days, builder.silent)


@contextmanager
def empty_protheus(services: Services, name: str) -> Iterator[Protheus]:
    """The tables without a row, while the context lasts."""
    with _database(services, name) as made:
        with psycopg.connect(made.superuser_url) as connection:
            builder.run_script(connection, "protheus.sql")
            database.grant(connection)
        yield made


@contextmanager
def demo_of_branches(services: Services, name: str, branches: int, last_day: date) -> Iterator[Protheus]:
    """The small demo company up to a day, in the books of so many branches, while the context lasts."""
    with _database(services, name) as made:
        with psycopg.connect(made.superuser_url) as connection:
            builder.lock(connection)
            builder.build_tables(connection, DEFAULT_SIZE, builder.SEED, branches, last_day, builder.silent)
        yield made


@contextmanager
def _database(services: Services, name: str) -> Iterator[Protheus]:
    database.create(services.superuser_url, services.credentials.erp)
    with psycopg.connect(services.superuser_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        server = services.superuser_url.rpartition("/")[0]
        yield Protheus(f"{services.erp_url.rpartition('/')[0]}/{name}", f"{server}/{name}")
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
