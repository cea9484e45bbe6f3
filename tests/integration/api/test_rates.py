"""The rate limit: one for all processes, told to who meets it, and never a reason to wait for Redis."""

from __future__ import annotations

import asyncio
import logging
import os
import time
import uuid

import httpx
import msgspec
import pytest
import redis
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from nova_api.auth.permissions import Role
from nova_api.cache.shared import RedisTier
from nova_api.errors import RateLimitedError
from nova_api.rates.gcra import ARITHMETIC, Rate
from nova_api.rates.limiter import RateLimiter, most_leased
from nova_local import valkey
from nova_local.home import Home
from nova_local.ports import any_free
from tests.support import callers
from tests.support.served import served
from tests.support.token_bucket import Bucket

pytestmark = pytest.mark.anyio

ME = "/api/v1/auth/me"
AT_THE_TIME_TOLD = "local now = tonumber(ARGV[4])" + ARITHMETIC


@pytest.fixture
def few(settings):
    """Settings by which anyone may ask a few times, and then once in a thousand seconds."""
    return msgspec.structs.replace(settings, rate=0.001, rate_burst=3, address_rate=0.001, address_rate_burst=2)


@pytest.fixture(autouse=True)
def full_buckets(services):
    """Buckets as after a long rest."""
    client = redis.Redis.from_url(services.redis_url)
    for key in client.scan_iter("nova:rate:*"):
        client.delete(key)


@pytest.fixture
def own_redis(tmp_path):
    """A Redis-compatible server that a test may stop."""
    server = valkey.prepare(Home.create(tmp_path), any_free(), "secret")
    if server is None:
        pytest.skip("no Redis-compatible server on this machine")
    running = server.start()
    yield server, running
    running.stop()


@given(
    rate=st.builds(Rate, st.just("account"), st.integers(1, 10**7), st.integers(1, 1000)),
    asked=st.lists(st.tuples(st.integers(0, 10**8), st.integers(1, 50)), max_size=20),
)
@examples(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_redis_counts_as_a_bucket_of_tokens_does(services, rate, asked):
    client, key = redis.Redis.from_url(services.redis_url), f"tests:{uuid.uuid4()}"
    # Far from now: the key's end is counted by the clock of Redis, and must not come within the test.
    bucket, now = Bucket(rate.interval, rate.burst), 4_000_000_000_000_000
    for pause, wanted in asked:
        now += pause
        granted, wait = client.eval(AT_THE_TIME_TOLD, 1, key, rate.interval, rate.burst, wanted, now)
        expected = bucket.take(now, wanted)
        if rate.interval * rate.burst > 10**8:
            assert (granted, wait) == expected
        else:  # the key may have ended meanwhile: the bucket is then as good as full
            assert granted >= expected[0]
    client.delete(key)


async def test_who_asks_too_often_is_told_when_to_come_back(serving, few):
    async with serving(few) as client:
        answers = [await client.get(ME) for _ in range(4)]
        health = [await client.get("/health/live") for _ in range(10)]
        preflight = [await client.options(ME) for _ in range(5)]
        other = await client.get(ME, headers=callers.bearer(Role.VIEWER))
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    refused = answers[-1]
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["type"] == "/problems/too-many-requests"
    assert 900 < int(refused.headers["retry-after"]) <= 1000
    assert refused.headers["ratelimit-policy"] == '"account";q=3;w=3000'
    assert refused.headers["ratelimit"] == f'"account";r=0;t={refused.headers["retry-after"]}'
    assert {answer.status_code for answer in health} == {200}
    assert {answer.status_code for answer in preflight} == {204}
    assert other.status_code == 200, "each account has its own"


async def test_who_is_nobody_is_counted_by_address_and_a_bad_token_counts_too(serving, few):
    async with serving(few, None) as client:
        missing = await client.get(ME)
        bad = await client.get(ME, headers={"Authorization": "Bearer no.such.token"})
        third = await client.get("/schema/openapi.json")
        signed_in = await client.get(ME, headers=callers.bearer(Role.VIEWER))
    assert [missing.status_code, bad.status_code, third.status_code] == [401, 401, 429]
    assert third.headers["ratelimit-policy"] == '"address";q=2;w=2000'
    assert signed_in.status_code == 200, "an account is not counted by its address"


async def test_no_limit_is_a_setting(serving, few):
    async with serving(msgspec.structs.replace(few, rate=0, address_rate=0)) as client:
        answers = [await client.get(ME) for _ in range(10)]
    assert {answer.status_code for answer in answers} == {200}


async def test_two_processes_share_one_rate(serving, settings, warehouse, item):
    limited = msgspec.structs.replace(settings, rate=20, rate_burst=100, workers=2)
    (rate,) = (rate for rate in limited.rates if rate.name == "account")
    family = uuid.uuid4().hex
    warehouse.publish("analytics.mv_item_overview", [item("A", family=family)])
    address = f"/api/v1/items?family={family}"
    async with serving(limited) as one, serving(limited) as other:
        started = time.monotonic()
        answers = await asyncio.gather(*(client.get(address) for client in (one, other) for _ in range(200)))
        took = time.monotonic() - started
    let_through = sum(answer.status_code == 200 for answer in answers)
    assert {answer.status_code for answer in answers} == {200, 429}
    leased = 2 * most_leased(rate)
    assert 100 - leased <= let_through <= 100 + 20 * took + leased


async def test_worker_processes_share_one_rate(warehouse, services):
    environment = {
        **os.environ,
        "NOVA_API_DATABASE_URL": warehouse.reader_url,
        "NOVA_API_WRITE_DATABASE_URL": warehouse.writer_url,
        "NOVA_API_TOKEN_KEYS": callers.KEYS,
        "NOVA_API_PORT": str(any_free()),
        "NOVA_API_WORKERS": "2",
        "NOVA_API_RATE": "0.001",
        "NOVA_API_RATE_BURST": "10",
        "REDIS_URL": services.redis_url or "",
    }
    with served(environment) as origin:
        # Each on a connection of its own, so that both processes are asked.
        asked = [httpx.get(f"{origin}{ME}", headers=callers.bearer(Role.VIEWER)).status_code for _ in range(40)]
    assert asked.count(200) == 10
    assert asked.count(429) == 30


async def test_leased_tokens_are_spent_while_redis_is_away_and_then_each_process_keeps_to_its_share(
    settings, own_redis, caplog
):
    server, running = own_redis
    shared = RedisTier(server.url, 0.5)
    clock = [1000.0]
    limiter = RateLimiter(shared, (Rate.per_second("address", 100, 400),), 4, lambda: clock[0])
    scope = {"client": ("192.0.2.1", 1)}
    assert not limiter.spend(scope), "nothing is leased yet"
    for _ in range(10):
        await limiter.admit(scope)
    running.stop()
    leased = 0
    while limiter.spend(scope):
        leased += 1
    assert 1 <= leased <= most_leased(Rate.per_second("address", 100, 400))
    with caplog.at_level(logging.INFO, logger="nova_api.rates.limiter"):
        let_through = 0
        for _ in range(150):
            try:
                await limiter.admit(scope)
            except RateLimitedError:
                break
            let_through += 1
        assert let_through == 100, "a quarter of the burst"
        clock[0] += 0.04
        await limiter.admit(scope)
        own = server.start()
        clock[0] += 1
        for _ in range(200):
            await limiter.admit(scope)
            if "shared again" in caplog.text:
                break
            clock[0] += 0.05
            await asyncio.sleep(0.05)
    told = [record.message for record in caplog.records if record.name == "nova_api.rates.limiter"]
    own.stop()
    await shared.close()
    assert told == [
        "the rate limit is not shared: this process lets through 1/4 of it",
        "the rate limit is shared again",
    ]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
    ],
)
async def test_addresses_of_one_site_are_one(services, one, other, same):
    shared = RedisTier(services.redis_url, 0.5)
    limiter = RateLimiter(shared, (Rate.per_second("address", 0.001, 1),), 1)
    await limiter.admit({"client": (one, 1)})
    refused = False
    try:
        await limiter.admit({"client": (other, 1)})
    except RateLimitedError:
        refused = True
    await shared.close()
    assert refused is same
