"""A migrated warehouse for the API's tests, whose KPI views are tables so that a test can say what they hold."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import msgspec
import psutil
import psycopg
import pytest
from psycopg import sql
from psycopg.types.json import Jsonb

from nova_api.asgi import create_app
from nova_api.auth.permissions import Role
from nova_api.settings import Settings
from nova_local.embedded import Services, start_services
from nova_local.home import Home
from nova_local.postgres import Postgres, RunningPostgres, prepare
from tests.support import callers

DATABASE = "nova_api_tests"
Serving = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """The API runs on asyncio alone: its driver does."""
    return "asyncio"


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the servers."""
    return tmp_path_factory.mktemp("api")


@pytest.fixture(scope="session")
def services(home: Path) -> Iterator[Services]:
    """Servers that only these tests use, since some of them stop one."""
    with start_services(home) as started:
        yield started


@dataclass(frozen=True)
class Warehouse:
    """Fills the tables that the API reads, as the pipeline does: rows, version and notification in one transaction."""

    admin_url: str
    reader_url: str
    writer_url: str

    def publish(self, dataset: str, rows: Sequence[Mapping[str, Any]] | None = None) -> int:
        """Replace the rows of a dataset (None: leave them) and bump its version; returns the version."""
        table = sql.Identifier(*dataset.split("."))
        with psycopg.connect(self.admin_url) as connection:
            if rows is not None:
                connection.execute(sql.SQL("DELETE FROM {}").format(table))
            for row in rows or ():
                columns = sql.SQL(", ").join(map(sql.Identifier, row))
                values = sql.SQL(", ").join([sql.Placeholder()] * len(row))
                connection.execute(
                    sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(table, columns, values),
                    [Jsonb(value) if isinstance(value, dict) else value for value in row.values()],
                )
            bumped = connection.execute(
                "INSERT INTO support.dataset_versions VALUES (%s, 1, %s, '2024-06-30', 'run-1', now(), now()) "
                "ON CONFLICT (dataset) DO UPDATE SET version = dataset_versions.version + 1, changed_at = now() "
                "RETURNING version",
                [dataset, len(rows or ())],
            ).fetchone()
            assert bumped is not None
            connection.execute("SELECT pg_notify('nova_versions', %s)", [f"{dataset}:{bumped[0]}"])
        return bumped[0]

    def execute(self, statement: str, *arguments: object) -> list[tuple[Any, ...]]:
        """Run a statement as the superuser; returns its rows, if it has any."""
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            cursor = connection.execute(statement.encode(), arguments or None)
            return cursor.fetchall() if cursor.description else []


@pytest.fixture(scope="session")
def warehouse(services: Services) -> Warehouse:
    """The migrated schema with its materialized views replaced by tables of the same columns."""
    with psycopg.connect(services.admin_url) as connection:
        callers.make_accounts(connection)
    with psycopg.connect(services.superuser_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {DATABASE} TEMPLATE nova".encode())
    warehouse = Warehouse(
        services.admin_url.removesuffix("/nova") + f"/{DATABASE}",
        services.role_url("nova_api_ro", DATABASE),
        services.role_url("nova_api_rw", DATABASE),
    )
    with psycopg.connect(warehouse.admin_url, autocommit=True) as connection:
        views = connection.execute("SELECT matviewname FROM pg_matviews WHERE schemaname = 'analytics'").fetchall()
        connection.execute("SET ROLE nova_owner")
        for (view,) in views:
            name = sql.Identifier("analytics", view)
            plain = sql.Identifier("analytics", f"{view}_plain")
            connection.execute(sql.SQL("CREATE TABLE {} AS SELECT * FROM {} WITH NO DATA").format(plain, name))
        for (view,) in views:
            name = sql.Identifier("analytics", view)
            plain = sql.Identifier("analytics", f"{view}_plain")
            connection.execute(sql.SQL("DROP MATERIALIZED VIEW IF EXISTS {} CASCADE").format(name))
            connection.execute(sql.SQL("ALTER TABLE {} RENAME TO {}").format(plain, sql.Identifier(view)))
        connection.execute(
            "SELECT support.make_month_partitions(parent, '2024-01-01', '2024-12-31') "
            "FROM (SELECT partrelid::regclass AS parent FROM pg_partitioned_table) AS parents "
            "WHERE parent::text ~ '^(core|analytics)\\.'"
        )
    return warehouse


@pytest.fixture
def settings(warehouse: Warehouse, services: Services) -> Settings:
    """Settings of an API on the test warehouse, with a short poll."""
    return Settings(
        database_url=warehouse.reader_url,
        write_database_url=warehouse.writer_url,
        redis_url=services.redis_url,
        token_keys=callers.KEYS,
        poll_interval=0.5,
    )


@pytest.fixture
def serving() -> Serving:
    """Runs the whole application in this process: `async with serving(settings) as client`.

    The client asks as an ADMIN; `serving(settings, role)` as another one, None as nobody.
    """

    @asynccontextmanager
    async def serve(settings: Settings, role: Role | None = Role.ADMIN):
        edge = create_app(msgspec.structs.replace(settings, token_keys=settings.token_keys or callers.KEYS))
        transport = httpx.ASGITransport(edge)
        async with (
            edge.app.app.lifespan(),  # pyright: ignore[reportFunctionMemberAccess]
            httpx.AsyncClient(
                transport=transport, base_url="http://api.test", timeout=30, headers=callers.bearer(role)
            ) as client,
        ):
            yield client

    return serve


@dataclass(frozen=True)
class Outage:
    """Takes PostgreSQL away and brings it back."""

    server: Postgres
    restarted: list[RunningPostgres]

    @property
    def lasts(self) -> bool:
        """Whether the server is away."""
        pid = self._pid()
        return pid is None or not _runs(pid)

    def begin(self) -> None:
        """Stop the server at once, as a crash would."""
        pid = self._pid()
        assert pid is not None, "the server is away already"
        os.kill(pid, signal.SIGQUIT)
        deadline = time.monotonic() + 10
        while _runs(pid) and time.monotonic() < deadline:
            time.sleep(0.02)

    def end(self) -> None:
        """Start it again."""
        self.restarted.append(self.server.start())

    def _pid(self) -> int | None:
        file = self.server.data / "postmaster.pid"
        return int(file.read_text().split()[0]) if file.exists() else None


def _runs(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


@pytest.fixture(scope="session")
def restarted(services: Services) -> Iterator[list[RunningPostgres]]:
    """Servers that tests started after an outage."""
    servers: list[RunningPostgres] = []
    yield servers
    for server in servers:
        server.stop()


@pytest.fixture
def outage(services: Services, home: Path, restarted: list[RunningPostgres]) -> Iterator[Outage]:
    """An outage that is over when the test is."""
    password = services.credentials.superuser
    outage = Outage(prepare(Home.create(home), services.postgres_port, password), restarted)
    yield outage
    if outage.lasts:
        outage.end()


@pytest.fixture
def item() -> Callable[..., dict[str, Any]]:
    """A row of `analytics.mv_item_overview`: the columns that are never null, and what the test says."""

    def row(item_id: str, **columns: Any) -> dict[str, Any]:
        required = {
            "item_id": item_id,
            "item_name": f"CONECTOR {item_id}",
            "family": "CABOS",
            "category": "material",
            "unit": "UN",
            "is_service": False,
            "active": True,
            "demand_total": 0,
            "demand_52w": 0,
            "request_lines_52w": 0,
            "lead_time_lines": 0,
        }
        return required | columns

    return row


@pytest.fixture
def eventually() -> Callable[..., Any]:
    """Asks again until an answer satisfies a condition; fails after `seconds`."""

    async def ask(client: httpx.AsyncClient, path: str, good: Callable[[httpx.Response], bool], seconds: float = 20):
        deadline = time.monotonic() + seconds
        while True:
            response = await client.get(path)
            if good(response):
                return response
            if time.monotonic() > deadline:
                pytest.fail(f"{path} answered {response.status_code} {dict(response.headers)} {response.text[:300]}")
            await asyncio.sleep(0.02)

    return ask
