"""Fixtures that every test may use: real servers for the session, a fresh migrated database for each test that asks."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from nova_local import erp
from nova_local.embedded import Services, start_services
from nova_local.provision import WAREHOUSE

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@dataclass(frozen=True)
class Database:
    """A migrated, empty warehouse that only one test uses: its URL as administrator, pipeline and API."""

    admin_url: str
    pipeline_url: str
    api_url: str

    @property
    def name(self) -> str:
        return self.admin_url.rpartition("/")[2]


@pytest.fixture(scope="session")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """PostgreSQL and Valkey, started for this session, with the migrated database `nova` that tests copy."""
    with start_services(tmp_path_factory.mktemp("nova")) as started:
        yield started


def admin_url(services: Services, database: str) -> str:
    """Address of another database of the same server, as the superuser."""
    return f"{services.admin_url.rpartition('/')[0]}/{database}"


@pytest.fixture
def database(services: Services) -> Iterator[Database]:
    """A copy of the migrated database, dropped after the test."""
    with migrated_copy(services) as database:
        yield database


@contextmanager
def migrated_copy(services: Services, template: str = WAREHOUSE) -> Iterator[Database]:
    """A migrated, empty warehouse while the context lasts, or a copy of another database."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(services.superuser_url, autocommit=True) as connection:
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(copy.format(sql.Identifier(name), sql.Identifier(template)))
        yield Database(
            admin_url(services, name), services.role_url("nova_pipeline", name), services.role_url("nova_api_ro", name)
        )
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@dataclass(frozen=True)
class DemoErp:
    """The demo ERP as its reader, for SQLAlchemy and for libpq, and as the superuser, who sees the truth."""

    sqlalchemy_url: str
    reader_url: str
    superuser_url: str
    summary: erp.Summary


@pytest.fixture(scope="session")
def demo_erp(services: Services) -> DemoErp:
    """The small company of seed 7 up to its last day. A test that advances it builds it anew."""
    summary = erp.build(services.superuser_url, services.credentials.erp)
    return DemoErp(
        services.erp_url,
        services.erp_url.replace("+psycopg", "", 1),
        admin_url(services, erp.DATABASE),
        summary,
    )


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data; tests that need it are marked `real_data` and skipped where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the real data are not on this machine (../shared/data)")
    return SHARED_DATA
