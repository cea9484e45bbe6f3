"""The promises of the cache against a real PostgreSQL and a real Redis-compatible server."""

from __future__ import annotations

import asyncio
import gzip
import uuid
from collections.abc import Callable

import msgspec
import pytest

pytestmark = pytest.mark.anyio

ITEMS = "/api/v1/items"


@pytest.fixture
def address(warehouse, item) -> str:
    """A question that no other test asks, with one item to answer it."""
    family = f"F{uuid.uuid4().hex}"
    warehouse.publish("analytics.mv_item_overview", [item("A", family=family)])
    return f"{ITEMS}?family={family}"


@pytest.fixture
def loads(warehouse) -> Callable[[], int]:
    """How often the page's query has run since the test began, as PostgreSQL counts it."""
    warehouse.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")

    def count() -> int:
        rows = warehouse.execute(
            "SELECT coalesce(sum(calls), 0) FROM pg_stat_statements WHERE query LIKE '%mv_item_overview%strpos%'"
            " AND query NOT LIKE '%pg_stat_statements%'"
        )
        return int(rows[0][0])

    before = count()
    return lambda: count() - before


async def test_a_new_version_is_served_by_its_notification_long_before_the_poll(
    address, warehouse, item, serving, settings, eventually
):
    patient = msgspec.structs.replace(settings, poll_interval=60.0)  # only the notification can be that quick
    async with serving(patient) as client:
        before = await client.get(address)
        version = warehouse.publish("analytics.mv_item_overview", [item("A", family=address[-33:], demand_52w=7)])
        after = await eventually(client, address, lambda answer: answer.headers["etag"] != before.headers["etag"], 20)
    assert after.json()["data"][0]["demand_52w"] == 7
    assert after.json()["versions"] == {"analytics.mv_item_overview": version}
    assert after.headers["x-data-version"] == f"analytics.mv_item_overview={version}"


async def test_without_the_notification_the_poll_finds_the_new_version(
    address, warehouse, serving, settings, eventually
):
    async with serving(settings) as client:
        before = await client.get(address)
        warehouse.execute("UPDATE support.dataset_versions SET version = version + 1 WHERE dataset LIKE '%overview'")
        await eventually(client, address, lambda answer: answer.headers["etag"] != before.headers["etag"], 20)


async def test_a_lost_listener_is_replaced_and_misses_nothing(address, warehouse, serving, settings, eventually):
    patient = msgspec.structs.replace(settings, poll_interval=60.0)
    async with serving(patient) as client:
        before = await client.get(address)
        warehouse.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'nova_api versions'"
        )
        warehouse.publish("analytics.mv_item_overview")
        after = await eventually(
            client,
            address,
            lambda answer: (
                answer.headers["etag"] != before.headers["etag"] and answer.headers["x-cache"] in ("database", "memory")
            ),
            20,
        )
    assert after.json()["data"] == before.json()["data"]


async def test_an_unchanged_version_answers_304_to_its_tag_without_any_read(address, loads, serving, settings):
    async with serving(settings) as client:
        first = await client.get(address)
        assert loads() == 1
        again = await client.get(address, headers={"If-None-Match": first.headers["etag"]})
        assert loads() == 1
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert {"cache-control", "vary", "x-data-version", "x-request-id"} <= set(again.headers)


async def test_a_tag_of_another_question_or_an_older_version_is_answered_in_full(
    address, warehouse, serving, settings, eventually
):
    async with serving(settings) as client:
        first = await client.get(address)
        headers = {"If-None-Match": first.headers["etag"]}
        other = await client.get(f"{address}&limit=1", headers=headers)
        warehouse.publish("analytics.mv_item_overview")
        await eventually(client, address, lambda answer: answer.headers["etag"] != first.headers["etag"])
        newer = await client.get(address, headers=headers)
    assert (other.status_code, newer.status_code) == (200, 200)


async def test_a_kept_body_is_the_same_bytes_from_every_tier(address, serving, settings):
    async with serving(settings) as one:
        database = await one.get(address)
        memory = await one.get(address)
    async with serving(settings) as other_process:
        redis = await other_process.get(address)
    assert [answer.headers["x-cache"] for answer in (database, memory, redis)] == ["database", "memory", "redis"]
    assert database.content == memory.content == redis.content
    assert database.headers["etag"] == memory.headers["etag"] == redis.headers["etag"]
    assert int(redis.headers["age"]) >= 0


async def test_many_who_miss_at_once_cost_one_query(address, loads, serving, settings):
    async with serving(settings) as client:
        answers = await asyncio.gather(*(client.get(address) for _ in range(50)))
        assert loads() == 1
    assert len({answer.content for answer in answers}) == 1


async def test_gzip_goes_to_those_who_take_it_and_to_nobody_else(warehouse, item, serving, settings):
    family = uuid.uuid4().hex
    warehouse.publish("analytics.mv_item_overview", [item(f"I{n:03}", family=family) for n in range(60)])
    address = f"{ITEMS}?family={family}&limit=60"
    encodings = ["gzip", "identity", "gzip;q=0", "br, gzip;q=0.5", ""]
    async with serving(settings) as client:
        answers = []
        for encoding in encodings:
            request = client.build_request("GET", address, headers={"Accept-Encoding": encoding})
            answer = await client.send(request, stream=True)
            answers.append((answer, b"".join([part async for part in answer.aiter_raw()])))
    compressed = [answer.headers.get("content-encoding") == "gzip" for answer, _ in answers]
    assert compressed == [True, False, False, True, False]
    bodies = {gzip.decompress(raw) if zipped else raw for zipped, (_, raw) in zip(compressed, answers, strict=True)}
    assert len(bodies) == 1
    assert len({answer.headers["etag"] for answer, _ in answers}) == 2
    assert {answer.headers["vary"] for answer, _ in answers} == {"Accept-Encoding, Authorization"}


async def test_either_encodings_tag_revalidates(warehouse, item, serving, settings):
    family = uuid.uuid4().hex
    warehouse.publish("analytics.mv_item_overview", [item(f"I{n:03}", family=family) for n in range(60)])
    address = f"{ITEMS}?family={family}"
    async with serving(settings) as client:
        zipped = await client.get(address, headers={"Accept-Encoding": "gzip"})
        plain = await client.get(address, headers={"Accept-Encoding": "identity"})
        for answer in (zipped, plain):
            again = await client.get(address, headers={"If-None-Match": f'"other", W/{answer.headers["etag"]}'})
            assert again.status_code == 304


async def test_rows_and_versions_of_an_answer_come_from_one_state(warehouse, item, serving, settings):
    """A writer raises a quantity and the version together; no answer may show one of them without the other."""
    family = uuid.uuid4().hex
    base = warehouse.publish("analytics.mv_item_overview", [item("A", family=family, demand_52w=0)])
    seen: set[int] = set()
    enough = 6

    async def write() -> None:
        version = base
        while len(seen) < enough:
            version += 1
            row = item("A", family=family, demand_52w=version - base)
            assert await asyncio.to_thread(warehouse.publish, "analytics.mv_item_overview", [row]) == version
            await asyncio.sleep(0.01)

    async def read(client) -> None:
        version = base
        while len(seen) < enough:
            body = (await client.get(f"{ITEMS}?family={family}")).json()
            before, version = version, body["versions"]["analytics.mv_item_overview"]
            assert body["data"][0]["demand_52w"] == version - base
            assert version >= before, "an answer went back to an earlier version"
            seen.add(version)
            await asyncio.sleep(0)

    async with serving(settings) as client, asyncio.timeout(60):
        await asyncio.gather(write(), *(read(client) for _ in range(4)))
