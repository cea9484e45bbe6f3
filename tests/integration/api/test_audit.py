"""The audit log: only ever added to, complete where it must be, counted where it may not be, and read by who may."""

from __future__ import annotations

import asyncio
import csv
import io
import os
import re
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import msgspec
import psycopg
import pytest

from nova_api.audit.calls import CallLog
from nova_api.audit.events import AuditEvent, record
from nova_api.auth.permissions import Role
from nova_api.database import Database
from nova_api.http.request_id import SCOPE_KEY
from nova_api.settings import Settings
from nova_local.ports import any_free
from tests.integration.api.conftest import Serving, Warehouse
from tests.support import callers

pytestmark = pytest.mark.anyio

PATIENCE = 30.0


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Database]:
    database = Database(settings)
    await database.open()
    yield database
    await database.close()


async def until(condition: Callable[[], object]) -> None:
    """Wait until it holds."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it never came to hold"
        await asyncio.sleep(0.02)


def scope(path: str = "/api/v1/items") -> dict[str, Any]:
    return {
        "path": path,
        "path_template": path,
        "method": "GET",
        "headers": [],
        "client": ("10.1.2.3", 99),
        SCOPE_KEY: uuid.uuid4().hex,
    }


def calls_of(warehouse: Warehouse, request_id: str) -> list[tuple[Any, ...]]:
    return warehouse.execute(
        "SELECT actor, role, method, route, status, host(ip), cache, user_agent_hash, duration_ms > 0, details"
        " FROM support.audit_logs WHERE action = 'api.call' AND request_id = %s",
        request_id,
    )


async def test_a_call_is_told_by_its_template_and_by_nothing_that_is_secret(
    serving: Serving, settings: Settings, warehouse: Warehouse, item
):
    warehouse.publish("analytics.mv_item_overview", [item("1")])
    known, refused, lost, checked = (uuid.uuid4().hex for _ in range(4))
    async with serving(settings, Role.VIEWER) as client:
        headers = {"User-Agent": "secret-agent/7", "X-Request-Id": known}
        await client.get("/api/v1/items", params={"q": "hidden-words"}, headers=headers)
        await client.get("/api/v1/items", headers={"X-Request-Id": refused, "Authorization": "Bearer hidden-words"})
        await client.get("/api/v1/hidden-words", headers={"X-Request-Id": lost})
        await client.get("/health/live", headers={"X-Request-Id": checked})
    [(actor, role, method, route, status, ip, cache, agent, took, details)] = calls_of(warehouse, known)
    assert (actor, role) == (callers.USER_IDS[Role.VIEWER], "VIEWER")
    assert (method, route, status, ip, cache) == ("GET", "/api/v1/items", 200, "127.0.0.1", "database")
    assert (took, details) == (True, {})
    assert re.fullmatch("[0-9a-f]{32}", agent)
    [(actor, _, _, route, status, *_)] = calls_of(warehouse, refused)
    assert (actor, route, status) == (None, "/api/v1/items", 401)
    [(_, _, _, route, status, *_)] = calls_of(warehouse, lost)
    assert (route, status) == (None, 404)
    assert calls_of(warehouse, checked) == []
    told = warehouse.execute("SELECT 1 FROM support.audit_logs AS log WHERE log::text ~ 'hidden-words|secret-agent'")
    assert told == []


async def test_rows_are_added_by_who_may_and_changed_by_nobody(settings: Settings, services, warehouse: Warehouse):
    async with opened(settings) as database, database.transaction() as connection:
        await record(connection, AuditEvent(action="test.happened"))
    statements = (
        "UPDATE support.audit_logs SET actor = 'another'",
        "DELETE FROM support.audit_logs",
        "TRUNCATE support.audit_logs",
    )
    reads = "SELECT count(*) FROM support.audit_logs"
    name = warehouse.admin_url.rpartition("/")[2]
    for role, may_read in (("nova_api_rw", True), ("nova_pipeline", False), ("nova_api_ro", False)):
        with psycopg.connect(services.role_url(role, name), autocommit=True) as connection:
            for statement in statements if may_read else (*statements, reads):
                with pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied"):
                    connection.execute(statement.encode())
            assert not may_read or connection.execute(reads.encode()).fetchone() != (0,)
    with psycopg.connect(warehouse.admin_url, autocommit=True) as connection:
        for role in ("nova_owner", "postgres"):
            connection.execute(f"SET ROLE {role}".encode())
            month = connection.execute("SELECT tableoid::regclass FROM support.audit_logs LIMIT 1").fetchone()
            assert month is not None
            for statement in (*statements, f"DELETE FROM {month[0]}", f"UPDATE {month[0]} SET actor = 'another'"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege, match="only ever added to"):
                    connection.execute(statement.encode())


async def test_an_event_is_there_when_what_it_tells_is_and_only_then(settings: Settings, warehouse: Warehouse):
    key, kept = uuid.uuid4().hex, "SELECT count(*) FROM support.idempotent_answers WHERE key = %s"
    told = "SELECT count(*) FROM support.audit_logs WHERE subject_id = %s"
    write = "INSERT INTO support.idempotent_answers VALUES ('a', $1, 'f', 200, '{}', '', now())"
    async with opened(settings) as database:
        with pytest.raises(ZeroDivisionError):
            async with database.transaction() as connection:
                await connection.execute(write, key)
                await record(connection, AuditEvent(action="test.happened", subject_kind="test", subject_id=key))
                raise ZeroDivisionError
        assert warehouse.execute(kept, key) == warehouse.execute(told, key) == [(0,)]
        async with database.transaction() as connection:
            await connection.execute(write, key)
            await record(connection, AuditEvent(action="test.happened", subject_kind="test", subject_id=key))
        assert warehouse.execute(kept, key) == warehouse.execute(told, key) == [(1,)]


async def test_what_finds_no_room_is_counted_and_told(settings: Settings, warehouse: Warehouse):
    asked = [scope() for _ in range(80)]
    ids = [one[SCOPE_KEY] for one in asked]
    count = "SELECT count(*) FROM support.audit_logs WHERE request_id = ANY (%s)"
    async with opened(settings) as database:
        calls = CallLog(database, bound=50, batch=20, interval=0.01)
        calls.start()
        with psycopg.connect(warehouse.admin_url) as blocker:
            blocker.execute("LOCK TABLE support.audit_logs IN SHARE MODE")
            for one in asked:
                calls.observe(one, 200, 0.001, "memory")
            assert (calls.lost, calls.waiting) == (30, 50)
            await asyncio.sleep(0.1)
            assert calls.written == 0
        await until(lambda: calls.written == 50)
        await calls.stop()
        assert (calls.lost, calls.waiting) == (30, 0)
    assert warehouse.execute(count, ids) == [(50,)]
    [(details,)] = warehouse.execute("SELECT details FROM support.audit_logs WHERE action = 'audit.calls_lost'")
    assert details["calls"] == 30
    assert details["first_at"] <= details["last_at"]


async def test_calls_outlast_an_outage_of_postgresql(settings: Settings, warehouse: Warehouse, outage):
    async with opened(settings) as database:
        calls = CallLog(database, interval=0.01)
        calls.start()
        outage.begin()
        before = scope()
        calls.observe(before, 200, 0.001, None)
        await asyncio.sleep(0.2)
        assert (calls.written, calls.lost) == (0, 0)
        outage.end()
        await until(lambda: calls.written == 1)
        await calls.stop()
    assert len(calls_of(warehouse, before[SCOPE_KEY])) == 1


async def test_what_cannot_be_written_before_the_end_is_lost_and_counted(
    settings: Settings, warehouse: Warehouse, caplog: pytest.LogCaptureFixture
):
    async with opened(settings) as database:
        calls = CallLog(database, interval=0.01, patience=0.2)
        calls.start()
        with psycopg.connect(warehouse.admin_url) as blocker:
            blocker.execute("LOCK TABLE support.audit_logs IN SHARE MODE")
            for _ in range(7):
                calls.observe(scope(), 200, 0.001, None)
            await calls.stop()
        assert (calls.written, calls.lost) == (0, 7)
    assert "7 calls were not written" in caplog.text


async def test_a_month_that_nobody_made_is_made_by_who_writes(settings: Settings, warehouse: Warehouse):
    months = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'support.audit_logs'::regclass"
    warehouse.execute("SELECT support.detach_months_before('support.audit_logs', '9999-01-01')")
    try:
        assert warehouse.execute(months) == [(0,)]
        async with opened(settings) as database:
            calls = CallLog(database, interval=0.01)
            calls.start()
            call = scope()
            calls.observe(call, 200, 0.001, None)
            await until(lambda: calls.written + calls.lost == 1)
            await calls.stop()
        assert len(calls_of(warehouse, call[SCOPE_KEY])) == 1
        assert warehouse.execute(months) in ([(2,)], [(3,)])
    finally:
        warehouse.execute(
            "DO $$ DECLARE name text; BEGIN FOR name IN SELECT relname FROM pg_class"
            " WHERE relnamespace = 'archive'::regnamespace AND relkind = 'r' AND relname LIKE 'audit_logs_y%'"
            " LOOP EXECUTE format('DROP TABLE archive.%I', name); END LOOP; END $$"
        )


async def test_a_killed_process_loses_no_event_and_no_more_calls_than_were_waiting(
    settings: Settings, services, warehouse: Warehouse, serving: Serving
):
    port = any_free()
    environment = os.environ | {
        "NOVA_API_DATABASE_URL": warehouse.reader_url,
        "NOVA_API_WRITE_DATABASE_URL": warehouse.writer_url,
        "NOVA_API_TOKEN_KEYS": callers.KEYS,
        "NOVA_API_PORT": str(port),
    }
    command = [sys.executable, "-c", SERVER, str(port)]
    server = subprocess.Popen(command, env=environment)
    called = [uuid.uuid4().hex for _ in range(40)]
    exported = uuid.uuid4().hex
    try:
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}", headers=callers.bearer(Role.ADMIN), timeout=30
        ) as client:
            await until_served(client)
            for request_id in called[:20]:
                await client.get("/api/v1/datasets", headers={"X-Request-Id": request_id})
            await until(lambda: calls_of(warehouse, called[0]))
            for request_id in called[20:]:
                await client.get("/api/v1/datasets", headers={"X-Request-Id": request_id})
            answer = await client.get("/api/v1/audit/export", headers={"X-Request-Id": exported})
            assert answer.status_code == 200
    finally:
        server.send_signal(signal.SIGKILL)
        server.wait(PATIENCE)
    told = [bool(calls_of(warehouse, request_id)) for request_id in called]
    assert told == sorted(told, reverse=True), "what is lost is what came last"
    events = warehouse.execute("SELECT action FROM support.audit_logs WHERE request_id = %s ORDER BY at", exported)
    assert events[0] == ("audit.exported",), "the event was written before the answer was given"


SERVER = """
import sys
from granian.constants import Interfaces
from granian.server.embed import Server
from nova_api.asgi import create_app
import asyncio
asyncio.run(Server(create_app(), interface=Interfaces.ASGI, port=int(sys.argv[1])).serve())
"""
"""One process, so that killing it kills all of it."""


async def until_served(client: httpx.AsyncClient) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            await client.get("/health/live")
            return
        except httpx.TransportError:
            assert time.monotonic() < deadline, "the server did not answer"
            await asyncio.sleep(0.1)


@pytest.fixture(scope="module")
def history(warehouse: Warehouse) -> str:
    """Events of an actor of their own: 2,500, two at each instant, of which each tenth was refused."""
    actor = f"historian-{uuid.uuid4().hex}"
    warehouse.execute(
        "INSERT INTO support.audit_logs (at, action, actor, route, status, subject_kind, subject_id, details)"
        " SELECT date_trunc('day', now()) + (n / 2) * interval '1 second', 'api.call', %s,"
        " '/api/v1/items', CASE WHEN n %% 10 = 0 THEN 403 ELSE 200 END, 'test', '=' || n, '{\"a\": \"b, c\"}'"
        " FROM generate_series(1, 2500) AS n",
        actor,
    )
    return actor


async def test_pages_tell_every_event_once_latest_first(serving: Serving, settings: Settings, history: str):
    async with serving(settings) as client:
        seen: list[dict[str, Any]] = []
        address: str | None = f"/api/v1/audit?actor={history}&status=403&limit=60"
        pages = 0
        while address:
            answer = await client.get(address)
            assert answer.status_code == 200
            assert answer.headers["cache-control"] == "no-store"
            seen += answer.json()["data"]
            pages += 1
            address = answer.links["next"]["url"] if "next" in answer.links else None
            assert (address is None) == (answer.json()["next_cursor"] is None)
        assert (len(seen), pages) == (250, 5)
        places = [(one["at"], one["event_id"]) for one in seen]
        assert places == sorted(places, reverse=True)
        assert len(set(places)) == 250
        middle = seen[100]["at"]
        since = await client.get(
            "/api/v1/audit", params={"actor": history, "status": 403, "from": middle, "limit": 500}
        )
        before = await client.get("/api/v1/audit", params={"actor": history, "status": 403, "to": middle, "limit": 500})
        assert len(since.json()["data"]) + len(before.json()["data"]) == 250
        one = await client.get("/api/v1/audit", params={"subject_kind": "test", "subject_id": "=7", "actor": history})
        assert [event["subject_id"] for event in one.json()["data"]] == ["=7"]


async def test_bad_questions_are_refused_by_the_name_of_what_is_wrong(
    serving: Serving, settings: Settings, history: str
):
    async with serving(settings) as client:
        first = (await client.get("/api/v1/audit", params={"actor": history, "limit": 1})).json()
        for parameters, named in (
            ({"from": "2026-01-01T00:00:00"}, "from"),
            ({"from": "2026-01-02T00:00:00Z", "to": "2026-01-01T00:00:00Z"}, "to"),
            ({"actor": "another", "cursor": first["next_cursor"]}, "cursor"),
            ({"cursor": "nonsense"}, "cursor"),
            ({"status": "99"}, "status"),
            ({"limit": "501"}, "limit"),
            ({"user": "x"}, "user"),
        ):
            answer = await client.get("/api/v1/audit", params=parameters)
            assert answer.status_code == 400, parameters
            assert answer.json()["errors"][0]["parameter"] == named


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ANALYST, None])
@pytest.mark.parametrize("path", ["/api/v1/audit", "/api/v1/audit/export"])
async def test_only_an_administrator_reads_it(serving: Serving, settings: Settings, role: Role | None, path: str):
    async with serving(settings, role) as client:
        assert (await client.get(path)).status_code == (403 if role else 401)


async def test_the_file_has_every_event_in_either_form_and_is_an_event_itself(
    serving: Serving, settings: Settings, warehouse: Warehouse, history: str
):
    request_id = uuid.uuid4().hex
    async with serving(settings) as client:
        lines = await client.get(
            "/api/v1/audit/export",
            params={"actor": history, "format": "ndjson"},
            headers={"X-Request-Id": request_id},
        )
        table = await client.get("/api/v1/audit/export", params={"actor": history})
        nothing = await client.get("/api/v1/audit/export", params={"actor": "nobody"})
    objects = [msgspec.json.decode(line) for line in lines.content.splitlines()]
    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert len(objects) == len(rows) == len({row["event_id"] for row in rows}) == 2500
    assert [one["event_id"] for one in objects] == [int(row["event_id"]) for row in rows]
    assert all(row["subject_id"].startswith("'=") for row in rows), "a spreadsheet computes none of it"
    assert msgspec.json.decode(rows[0]["details"]) == objects[0]["details"] == {"a": "b, c"}
    assert table.headers["content-disposition"] == 'attachment; filename="audit.csv"'
    assert table.headers["content-type"].startswith("text/csv")
    assert nothing.text.count("\n") == 1
    [(details,)] = warehouse.execute(
        "SELECT details FROM support.audit_logs WHERE action = 'audit.exported' AND request_id = %s", request_id
    )
    assert details == {"filter": {"actor": history}, "format": "ndjson"}
