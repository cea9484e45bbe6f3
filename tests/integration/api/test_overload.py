"""Under more load than the warehouse can answer: what is too much hears so at once, and the rest is served."""

from __future__ import annotations

import asyncio
import time
import uuid

import msgspec
import psycopg
import pytest

pytestmark = pytest.mark.anyio

BUSY = "analytics.mv_item_overview"


@pytest.fixture
def narrow(settings):
    """An API with one connection to read by, before which one may wait."""
    return msgspec.structs.replace(
        settings, pool_size=1, queue_per_connection=1, acquire_timeout=10, statement_timeout=20
    )


@pytest.fixture
def stopped(warehouse):
    """Readers of the items' table wait while the context lasts."""

    class Stopped:
        def __enter__(self):
            self.connection = psycopg.connect(warehouse.admin_url)
            self.connection.execute(f"LOCK TABLE {BUSY} IN ACCESS EXCLUSIVE MODE".encode())

        def __exit__(self, *_):
            self.connection.close()

    return Stopped()


async def until(condition) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


async def test_what_is_too_much_is_shed_at_once_while_kept_answers_health_and_events_are_not(
    warehouse, item, serving, narrow, stopped
):
    family = uuid.uuid4().hex
    warehouse.publish(BUSY, [item("A", family=family)])
    kept = f"/api/v1/items?family={family}"
    async with serving(narrow) as client:
        first = await client.get(kept)
        gate = client._transport.app.app.app.state.services.database.readers
        with stopped:
            asked = []
            for place in range(2):
                asked.append(asyncio.create_task(client.get(f"{kept}&limit={place + 1}")))
                await until(lambda place=place: gate.waiting == place and gate.full)
            shed = await client.get(f"{kept}&limit=9")
            held = await client.get(kept, headers={"If-None-Match": first.headers["etag"]})
            again = await client.get(kept)
            ready = await client.get("/health/ready")
            live = await client.get("/health/live")
        answered = await asyncio.gather(*asked)
        after = await client.get(f"{kept}&limit=9")
    assert shed.status_code == 503
    assert shed.headers["content-type"] == "application/problem+json"
    assert shed.headers["retry-after"] == "1"
    assert shed.json()["type"] == "/problems/service-unavailable"
    assert (held.status_code, again.status_code, again.headers["x-cache"]) == (304, 200, "memory")
    assert (ready.status_code, ready.json()["checks"]["database"]["status"]) == (200, "ok")
    assert live.status_code == 200
    assert [answer.status_code for answer in (*answered, after)] == [200] * 3


async def test_an_export_takes_no_place_of_a_short_question(warehouse, item, serving, narrow, stopped):
    warehouse.publish(BUSY, [item("A")])
    async with serving(narrow) as client:
        gate = client._transport.app.app.app.state.services.database.readers
        with stopped:
            exports = [asyncio.create_task(client.get("/api/v1/exports/items")) for _ in range(narrow.exports)]
            await until(lambda: client._transport.app.app.app.state.services.exports._open == narrow.exports)
            one_more = await client.get("/api/v1/exports/items")
            short = await client.get("/api/v1/sites?limit=7")
            assert not gate.full
        answered = await asyncio.gather(*exports)
    assert (short.status_code, short.headers["x-cache"]) == (200, "database")
    assert (one_more.status_code, one_more.headers["retry-after"]) == (503, "5")
    assert [answer.status_code for answer in answered] == [200] * narrow.exports


async def test_equal_questions_are_one_and_all_are_answered(warehouse, item, serving, narrow):
    family = uuid.uuid4().hex
    warehouse.publish(BUSY, [item("A", family=family)])
    async with serving(narrow) as client:
        answers = await asyncio.gather(*(client.get(f"/api/v1/items?family={family}") for _ in range(50)))
        later = await client.get(f"/api/v1/items?family={family}&limit=7")
    assert {answer.status_code for answer in (*answers, later)} == {200}
