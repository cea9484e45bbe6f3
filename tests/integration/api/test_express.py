"""What was answered before is given again without the framework, and never to whom, or when, it may not be."""

from __future__ import annotations

import uuid

import pytest

from nova_api.auth.permissions import Role
from nova_api.http.express import Express
from tests.support import callers

pytestmark = pytest.mark.anyio


@pytest.fixture
def address(warehouse, item) -> str:
    family = uuid.uuid4().hex
    warehouse.publish("analytics.mv_item_overview", [item(f"A{number}", family=family) for number in range(4)])
    return f"/api/v1/items?family={family}&limit=2"


@pytest.fixture
def given_again(monkeypatch) -> list[str]:
    """Paths of the answers that were given without the framework."""
    paths: list[str] = []
    permitted = Express._permitted

    def noted(self, shortcut, scope, headers):
        entry = permitted(self, shortcut, scope, headers)
        if entry is not None:
            paths.append(scope["path"])
        return entry

    monkeypatch.setattr(Express, "_permitted", noted)
    return paths


def lasting(headers) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name not in ("age", "x-cache", "x-request-id")}


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
async def test_the_short_way_says_what_the_long_way_said(address, serving, settings, given_again, encoding):
    asked = {"Accept-Encoding": encoding}
    async with serving(settings) as client:
        long = await client.get(address, headers=asked)
        short = await client.get(address, headers=asked)
        tag = {**asked, "If-None-Match": long.headers["etag"]}
        held = await client.get(address, headers=tag)
        head = await client.head(address, headers=asked)
    assert len(given_again) == 3
    assert (short.status_code, short.content, lasting(short.headers)) == (200, long.content, lasting(long.headers))
    assert short.headers["x-cache"] == "memory"
    assert "link" in short.headers
    assert (held.status_code, held.content, held.headers["etag"]) == (304, b"", long.headers["etag"])
    assert (head.content, lasting(head.headers)) == (b"", lasting(long.headers))


async def test_nobody_gets_what_another_caller_was_given(address, serving, settings, given_again):
    async with serving(settings) as client:
        await client.get(address)
        void = callers.bearer(Role.ADMIN, epoch=0)
        headers = client.headers.pop("authorization")
        refused = [
            await client.get(address),
            await client.get(address, headers=void),
            await client.get(address, headers={"Authorization": headers[:-3] + "AAA"}),
        ]
    assert [answer.status_code for answer in refused] == [401, 401, 401]
    assert given_again == []


async def test_a_new_version_is_served_by_the_long_way_and_then_by_the_short(
    address, serving, settings, warehouse, eventually, given_again
):
    async with serving(settings) as client:
        before = await client.get(address)
        version = warehouse.publish("analytics.mv_item_overview")
        stamp = f"analytics.mv_item_overview={version}"
        after = await eventually(client, address, lambda answer: answer.headers["x-data-version"] == stamp)
        given_again.clear()
        again = await client.get(address)
    assert before.headers["etag"] != after.headers["etag"] == again.headers["etag"]
    assert len(given_again) == 1
