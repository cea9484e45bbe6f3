"""What the API answers while PostgreSQL or Redis is away, slow or full."""

from __future__ import annotations

import asyncio
import time
import uuid

import msgspec
import pytest
import redis

from nova_api.cache.policy import DAY
from nova_local import valkey
from nova_local.home import Home
from nova_local.ports import any_free

pytestmark = pytest.mark.anyio


@pytest.fixture
def address(warehouse, item) -> str:
    family = uuid.uuid4().hex
    warehouse.publish("analytics.mv_item_overview", [item("A", family=family)])
    return f"/api/v1/items?family={family}"


@pytest.fixture
def cache(tmp_path):
    """A Redis-compatible server that a test may stop."""
    server = valkey.prepare(Home.create(tmp_path), any_free(), "secret")
    if server is None:
        pytest.skip("no Redis-compatible server on this machine")
    running = server.start()
    yield server, running
    running.stop()


async def test_without_postgres_kept_answers_are_stale_and_others_503_until_it_is_back(
    address, serving, settings, outage, eventually
):
    async with serving(settings) as client:
        kept = await client.get(address)
        outage.begin()
        stale = await eventually(client, address, lambda answer: answer.headers.get("x-cache") == "stale", 20)
        held = await client.get(address, headers={"If-None-Match": kept.headers["etag"]})
        started = time.monotonic()
        unknown = await client.get("/api/v1/items?family=NEVER-ASKED")
        took = time.monotonic() - started
        ready = await client.get("/health/ready")
        datasets = await client.get("/api/v1/datasets")
        outage.end()
        fresh = await eventually(client, address, lambda answer: answer.headers["x-cache"] != "stale", 30)
        back = await client.get("/api/v1/items?family=NEVER-ASKED")
    assert (stale.status_code, stale.content) == (200, kept.content)
    assert held.status_code == 304
    assert unknown.status_code == 503
    assert unknown.headers["content-type"] == "application/problem+json"
    assert int(unknown.headers["retry-after"]) > 0
    assert took < 5
    assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
    assert ready.json()["checks"]["database"]["status"] == "failed"
    assert datasets.headers["x-cache"] == "stale"
    assert (fresh.status_code, back.status_code) == (200, 200)


async def test_a_process_that_starts_without_postgres_lets_nobody_in_until_it_knows_who_may(
    address, serving, settings, outage, eventually
):
    async with serving(settings) as client:
        kept = await client.get(address)
    outage.begin()
    async with serving(settings) as newborn:
        refused = await newborn.get(address)
        ready = await newborn.get("/health/ready")
        datasets = await newborn.get("/api/v1/datasets")
        outage.end()
        served = await eventually(newborn, address, lambda answer: answer.status_code == 200, 30)
    assert refused.status_code == 503
    assert served.content == kept.content
    assert (ready.status_code, ready.json()["status"]) == (503, "unavailable")
    assert datasets.status_code == 503


async def test_the_catalogue_of_versions_is_not_given_when_it_is_older_than_a_day(
    serving, settings, outage, eventually, monkeypatch
):
    async with serving(settings) as client:
        outage.begin()
        await eventually(client, "/api/v1/datasets", lambda answer: answer.headers["x-cache"] == "stale", 20)
        real = time.time
        monkeypatch.setattr(time, "time", lambda: real() + DAY + 60)
        after = await client.get("/api/v1/datasets")
        ready = await client.get("/health/ready")
    assert (after.status_code, ready.status_code) == (503, 503)


async def test_a_query_that_takes_too_long_is_a_503(address, warehouse, serving, settings):
    import psycopg

    impatient = msgspec.structs.replace(settings, statement_timeout=0.2)
    async with serving(impatient) as client:
        with psycopg.connect(warehouse.admin_url) as blocker:
            blocker.execute("LOCK TABLE analytics.mv_item_overview")
            late = await client.get(f"{address}&limit=2")
        after = await client.get(f"{address}&limit=2")
    assert (late.status_code, late.json()["detail"]) == (503, "the query took too long")
    assert after.status_code == 200


async def test_a_full_pool_is_a_503_soon(address, warehouse, serving, settings):
    import psycopg

    narrow = msgspec.structs.replace(settings, pool_size=1, acquire_timeout=0.2)
    async with serving(narrow) as client:
        with psycopg.connect(warehouse.admin_url) as blocker:
            blocker.execute("LOCK TABLE analytics.mv_item_overview")
            holding = asyncio.create_task(client.get(f"{address}&limit=3"))
            await asyncio.sleep(0.2)
            started = time.monotonic()
            refused = await client.get("/api/v1/kpis/lead-times?family=OTHER")
            took = time.monotonic() - started
        held = await holding
    assert (refused.status_code, held.status_code) == (503, 200)
    assert took < 5


async def test_a_killed_redis_costs_no_answer(address, serving, settings, cache):
    server, running = cache
    async with serving(msgspec.structs.replace(settings, redis_url=server.url)) as client:
        assert (await client.get(address)).headers["x-cache"] == "database"
        running.process.kill()
        running.process.wait()
        for limit in range(1, 20):
            started = time.monotonic()
            assert (await client.get(f"{address}&limit={limit}")).status_code == 200
            assert time.monotonic() - started < 5
        ready = await client.get("/health/ready")
    assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
    assert ready.json()["checks"]["cache"]["status"] == "failed"


async def test_a_redis_that_hangs_costs_little_and_is_used_again_when_it_answers(
    address, serving, settings, cache, eventually
):
    server, _ = cache
    async with serving(msgspec.structs.replace(settings, redis_url=server.url)) as client:
        await client.get(address)
        with redis.Redis.from_url(server.url) as administrator:
            administrator.execute_command("CLIENT", "PAUSE", "10000", "ALL")
        started = time.monotonic()
        for limit in range(1, 100):
            assert (await client.get(f"{address}&limit={limit}")).status_code == 200
        assert time.monotonic() - started < 8, "after a few failures Redis must be left alone"
        await eventually(
            client, "/health/ready", lambda answer: answer.json()["checks"]["cache"]["status"] == "ok", seconds=40
        )


async def test_without_a_redis_url_memory_serves_alone_and_says_so(address, serving, settings, caplog):
    alone = msgspec.structs.replace(settings, redis_url=None)
    with caplog.at_level("WARNING", logger="nova_api"):
        async with serving(alone) as client:
            sources = [(await client.get(address)).headers["x-cache"] for _ in range(2)]
            ready = await client.get("/health/ready")
    assert sources == ["database", "memory"]
    assert ready.json()["status"] == "ready"
    assert ready.json()["checks"]["cache"]["status"] == "absent"
    assert "REDIS_URL is not set" in caplog.text


async def test_an_older_answer_never_replaces_a_newer_one_in_redis(cache):
    from nova_api.cache.entry import Entry
    from nova_api.cache.shared import RedisTier

    def made_from(version: int) -> Entry:
        return Entry(f"v{version}".encode(), None, {"core.dim_item": version, "core.dim_site": 1}, 0.0, None)

    server, _ = cache
    tier = RedisTier(server.url, timeout=1)
    try:
        for version in (2, 1, 3, 2):
            await tier.put("api:v1:test", made_from(version), 60)
        kept = await tier.get("api:v1:test")
    finally:
        await tier.close()
    assert kept == made_from(3)
