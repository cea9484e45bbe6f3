"""A small company on a PostgreSQL of its own that may be killed: its ERP on two days, and warehouses to load."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import psycopg
from psycopg import sql

from nova_local import erp, postgres, provision
from nova_local.credentials import Credentials, load_or_create
from nova_local.embedded import Services
from nova_local.home import Home
from nova_local.ports import any_free
from nova_local.postgres import Postgres, RunningPostgres

EARLIER, LATER = "erp", "erp_later"
"""The ERP on its first last day, and the same some days afterwards."""
LAST_DAY, DAYS_BETWEEN = date(2024, 11, 20), 3


@dataclass
class Company:
    """The server while it runs; `start` brings it back after it was killed."""

    server: Postgres
    credentials: Credentials
    running: RunningPostgres = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        self.running = self.server.start()

    def admin_url(self, database: str) -> str:
        return postgres.url(self.server.port, postgres.SUPERUSER, self.credentials.superuser, database)

    def environment(self, proxy_port: int, warehouse: str, erp_database: str) -> Mapping[str, str]:
        """What the pipeline needs to load an ERP into a warehouse, both through the port of a proxy."""
        pipeline, reader = self.credentials.roles["nova_pipeline"], self.credentials.erp
        source = postgres.url(proxy_port, erp.READER, reader, erp_database)
        return {
            "DATABASE_URL": postgres.url(proxy_port, "nova_pipeline", pipeline, warehouse),
            "ERP_URL": source.replace("postgresql://", "postgresql+psycopg://", 1),
            "NOVA_SOURCE": "erp",
            "DAGSTER_EVENT_BATCH_SIZE": "100",
            "DAGSTER_EMIT_PARTITION_SUBSET_IN_PLANNED_EVENTS": "true",
        }

    def new_warehouse(self, name: str) -> str:
        """An empty, migrated warehouse under this name; what was there is gone."""
        with psycopg.connect(self.server.url, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
            connection.execute(copy.format(sql.Identifier(name), sql.Identifier(provision.WAREHOUSE)))
        return name


@contextmanager
def company(folder: Path) -> Iterator[Company]:
    """The company with both its ERPs, and the migrated template of warehouses."""
    home = Home.create(folder)
    credentials = load_or_create(home.secrets)
    server = postgres.prepare(home, any_free(), credentials.superuser, settings={"fsync": "off"})
    made = Company(server, credentials)
    try:
        provision.provision(Services(server.port, credentials, None).environment)
        _build_erps(made)
        yield made
    finally:
        made.running.stop()
        postgres.remove(home)


def _build_erps(company: Company) -> None:
    """Both have the same rows up to `LAST_DAY`, but for those that were corrected or came late."""
    url = company.server.url
    erp.build(url, company.credentials.erp, last_day=LAST_DAY)
    with psycopg.connect(url, autocommit=True) as connection:
        names = {"copy": sql.Identifier(LATER), "original": sql.Identifier(erp.DATABASE)}
        connection.execute(sql.SQL("CREATE DATABASE {copy} TEMPLATE {original}").format(**names))
    erp.advance(url, DAYS_BETWEEN)
    with psycopg.connect(url, autocommit=True) as connection:
        # The demo ERP goes on under its own name: the two change names.
        for old, new in ((erp.DATABASE, "erp_advanced"), (LATER, EARLIER), ("erp_advanced", LATER)):
            rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
            connection.execute(rename.format(sql.Identifier(old), sql.Identifier(new)))
        for name in (EARLIER, LATER):
            grant = sql.SQL("GRANT CONNECT ON DATABASE {} TO {}")
            connection.execute(grant.format(sql.Identifier(name), sql.Identifier(erp.READER)))
