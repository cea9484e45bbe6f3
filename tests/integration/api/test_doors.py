"""What is refused before anything is looked at, and what browsers are told with every answer."""

from __future__ import annotations

import os
import socket
import uuid

import httpx
import msgspec
import pytest

from nova_api.auth.permissions import Role
from nova_api.limits import MAX_BODY_BYTES, MAX_HEAD_BYTES, MAX_QUERY_BYTES, MAX_SPAN_DAYS
from nova_api.listings.catalogue import LISTINGS
from nova_api.listings.declaration import Operator
from nova_local.ports import any_free
from tests.support import callers
from tests.support.served import served

pytestmark = pytest.mark.anyio

PAGE = "https://nova.example"
HSTS = "max-age=31536000; includeSubDomains"
DAYS = [
    (listing, least.parameter, most.parameter)
    for listing in LISTINGS
    for least in listing.all_filters
    for most in listing.all_filters
    if least.columns == most.columns and (least.operator, most.operator) == (Operator.AT_LEAST, Operator.AT_MOST)
]


@pytest.fixture
def guarded(settings):
    """Settings of an API that is served under one name, for one page, by TLS."""
    return msgspec.structs.replace(
        settings, allowed_hosts="api.test, [::1]", allowed_origins=f"{PAGE}, http://localhost:3000", hsts=31_536_000
    )


@pytest.fixture
def address(warehouse, item) -> str:
    family = uuid.uuid4().hex
    warehouse.publish("analytics.mv_item_overview", [item("A", family=family)])
    return f"/api/v1/items?family={family}"


async def test_an_allowed_page_may_read_every_answer_and_another_none(address, serving, guarded):
    async with serving(guarded) as client:
        for origin, allowed in ((PAGE, PAGE), ("https://evil.example", None), ("null", None), (None, None)):
            headers = {"Origin": origin} if origin else {}
            long = await client.get(f"{address}&limit=9", headers=headers)
            answers = {
                "long way": long,
                "short way": await client.get(f"{address}&limit=9", headers=headers),
                "not modified": await client.get(
                    f"{address}&limit=9", headers={**headers, "If-None-Match": long.headers["etag"]}
                ),
                "error": await client.get("/nowhere", headers=headers),
                "unauthorized": await client.get(address, headers={**headers, "Authorization": "Bearer no"}),
                "other host": await client.get(address, headers={**headers, "Host": "other.test"}),
            }
            for kind, answer in answers.items():
                assert answer.headers.get("access-control-allow-origin") == allowed, (origin, kind)
                assert "Origin" in answer.headers["vary"], (origin, kind)
                assert ("access-control-expose-headers" in answer.headers) == (allowed is not None), (origin, kind)
                assert answer.headers["strict-transport-security"] == HSTS, kind
                assert answer.headers["x-content-type-options"] == "nosniff", kind
                assert "access-control-allow-credentials" not in answer.headers


async def test_a_browser_is_told_what_an_allowed_page_may_send(address, serving, guarded):
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    async with serving(guarded, None) as client:
        allowed = await client.options(address, headers={**asked, "Origin": PAGE})
        refused = await client.options(address, headers={**asked, "Origin": "https://evil.example"})
        plain = await client.options(address, headers={"Origin": PAGE})
    assert allowed.status_code == 204
    assert allowed.headers["access-control-allow-origin"] == PAGE
    assert "POST" in allowed.headers["access-control-allow-methods"]
    assert {"Authorization", "If-Match", "Idempotency-Key"} <= set(
        allowed.headers["access-control-allow-headers"].split(", ")
    )
    assert allowed.headers["strict-transport-security"] == HSTS
    assert not [name for name in refused.headers if name.startswith("access-control")]
    assert "access-control-allow-methods" not in plain.headers
    assert "allow" in plain.headers


async def test_by_default_no_other_page_may_read_and_any_host_will_do(address, serving, settings):
    async with serving(settings) as client:
        answer = await client.get(address, headers={"Origin": PAGE, "Host": "anything.test"})
    assert answer.status_code == 200
    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert "strict-transport-security" not in answer.headers


@pytest.mark.parametrize(
    ("host", "status"),
    [("api.test", 200), ("API.test:8443", 200), ("[::1]:8000", 200), ("other.test", 421), ("api.test.evil", 421)],
)
async def test_another_host_is_refused_but_for_health(host, status, address, serving, guarded):
    async with serving(guarded) as client:
        answer = await client.get(address, headers={"Host": host})
        health = await client.get("/health/live", headers={"Host": "10.0.0.7"})
    assert answer.status_code == status
    assert health.status_code == 200
    if status == 421:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["type"] == "/problems/misdirected-request"
        assert answer.json()["request_id"] == answer.headers["x-request-id"]


async def test_a_query_that_is_too_long_is_refused(serving, settings):
    async with serving(settings) as client:
        answer = await client.get(f"/api/v1/items?q={'x' * MAX_QUERY_BYTES}")
    assert answer.status_code == 414
    assert answer.json()["type"] == f"/problems/{answer.json()['title'].lower().replace(' ', '-')}"


@pytest.mark.parametrize(("listing", "least", "most"), DAYS, ids=[f"{row[0].path} {row[2]}" for row in DAYS])
async def test_no_listing_takes_a_span_that_is_too_long_or_runs_backwards(listing, least, most, serving, settings):
    refused = []
    async with serving(settings) as client:
        for first, last in (("2000-01-01", "2024-01-01"), ("2024-02-01", "2024-01-01")):
            refused.append(await client.get(f"/api/v1/{listing.path}", params={least: first, most: last}))
            refused.append(await client.get(f"/api/v1/exports/{listing.path}", params={least: first, most: last}))
    assert {answer.status_code for answer in refused} == {400}
    assert {answer.json()["errors"][0]["parameter"] for answer in refused} <= {least, most}
    assert MAX_SPAN_DAYS < 24 * 365


@pytest.fixture
def origin(warehouse, services):
    """The API as its command serves it."""
    environment = {
        **os.environ,
        "NOVA_API_DATABASE_URL": warehouse.reader_url,
        "NOVA_API_WRITE_DATABASE_URL": warehouse.writer_url,
        "NOVA_API_TOKEN_KEYS": callers.KEYS,
        "NOVA_API_PORT": str(any_free()),
        "REDIS_URL": services.redis_url or "",
    }
    with served(environment) as origin:
        yield origin


def test_a_body_or_head_that_is_too_large_is_refused(origin):
    def pieces():
        for _ in range(20):
            yield b" " * (MAX_BODY_BYTES // 10)

    headers = {**callers.bearer(Role.ADMIN), "Content-Type": "application/json"}
    # Each on a connection of its own: one whose body was not read to its end is closed.
    declared, chunked, small = (
        httpx.post(f"{origin}/api/v1/users", content=content, headers=headers)
        for content in (b" " * (MAX_BODY_BYTES + 1), pieces(), b"{}")
    )
    assert [declared.status_code, chunked.status_code, small.status_code] == [413, 413, 400]
    assert declared.json()["type"] == chunked.json()["type"] == "/problems/request-entity-too-large"
    host, _, port = origin.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(b"GET /health/live HTTP/1.1\r\nHost: a\r\nX-Long: " + b"x" * 2 * MAX_HEAD_BYTES)
        answered = connection.recv(1000)
    assert answered.startswith(b"HTTP/1.1 431")
    assert httpx.get(f"{origin}/health/live").status_code == 200
