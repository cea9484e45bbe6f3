"""Signing in, renewing and out, across two processes that share PostgreSQL alone."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from argon2 import PasswordHasher

pytestmark = pytest.mark.anyio

PASSWORD = "a password that only tests know"
HASH = PasswordHasher().hash(PASSWORD)


@pytest.fixture
def account(warehouse) -> Callable[..., dict[str, str]]:
    """Makes an account and returns what it signs in with."""

    def make(role: str = "ANALYST", active: bool = True) -> dict[str, str]:
        login = f"u{uuid.uuid4().hex[:12]}"
        warehouse.execute("DELETE FROM support.login_throttle")
        warehouse.execute(
            "INSERT INTO support.users (login, name, role, password_hash, active, created_by, changed_by) "
            "VALUES (%s, 'Somebody', %s, %s, %s, 'tests', 'tests')",
            *(login, role, HASH, active),
        )
        return {"login": login, "password": PASSWORD}

    return make


async def sign_in(client: Any, credentials: dict[str, str]) -> Any:
    return await client.post("/api/v1/auth/login", json=credentials)


def sent(session: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {session['token']}"}


async def test_a_token_is_good_everywhere_until_it_is_signed_out_and_then_nowhere(
    account, serving, settings, warehouse, eventually
):
    credentials = account()
    patient = msgspec.structs.replace(settings, poll_interval=30.0)  # only a notification can be so quick
    async with serving(settings, None) as one, serving(patient, None) as other:
        answer = await sign_in(one, credentials)
        session = answer.json()
        other.headers.update(sent(session))
        me = await other.get("/api/v1/auth/me")
        items = await other.get("/api/v1/items")
        out = await one.post("/api/v1/auth/logout", headers=sent(session))
        refused = await eventually(other, "/api/v1/auth/me", lambda answer: answer.status_code == 401, 20)
        again = await sign_in(one, credentials)
    assert (answer.status_code, items.status_code, out.status_code, again.status_code) == (200, 200, 204, 200)
    assert answer.headers["cache-control"] == "no-store"
    assert (session["role"], session["token_type"], session["refresh_token"]) == ("ANALYST", "Bearer", None)
    assert me.json()["permissions"] == ["decide", "own_account", "public", "read"]
    assert refused.json()["detail"] == "the token was revoked"
    events = warehouse.execute(
        "SELECT action, ip IS NOT NULL FROM support.audit_logs WHERE subject_id = %s ORDER BY event_id",
        session["user_id"],
    )
    assert [action for action, _ in events] == ["auth.signed_in", "auth.signed_out", "auth.signed_in"]


async def test_whoever_cannot_sign_in_is_not_told_why(account, serving, settings, warehouse):
    right, disabled = account(), account(active=False)
    before = warehouse.execute("SELECT count(*) FROM support.audit_logs WHERE action = 'auth.refused'")[0][0]
    async with serving(settings, None) as client:
        answers = [
            await sign_in(client, right | {"password": "another password"}),
            await sign_in(client, {"login": "nobody-of-this-name", "password": PASSWORD}),
            await sign_in(client, disabled),
        ]
    said = [{key: value for key, value in answer.json().items() if key != "request_id"} for answer in answers]
    assert [answer.status_code for answer in answers] == [401, 401, 401]
    assert said[0] == said[1] == said[2]
    after = warehouse.execute("SELECT details->>'reason' FROM support.audit_logs WHERE action = 'auth.refused'")
    assert len(after) == before + 3


async def test_neither_password_nor_token_is_ever_in_a_log(account, serving, settings, caplog):
    caplog.set_level(logging.DEBUG)
    credentials = account()
    async with serving(settings, None) as client:
        session = (await sign_in(client, credentials)).json()
        await sign_in(client, {"login": "my secret as a name", "password": "my secret typed wrong"})
        await client.get("/api/v1/auth/me", headers=sent(session))
        body = {"login": credentials["login"], "password": ["my secret", "in a list"]}
        bad = await client.post("/api/v1/auth/login", json=body)
        broken = await client.post("/api/v1/auth/login", content=b'{"password": "my secret')
    assert (bad.status_code, broken.status_code) == (400, 400)
    written = caplog.text + bad.text + broken.text
    assert "my secret" not in written
    assert PASSWORD not in written
    assert session["token"] not in written


async def test_guesses_are_counted_together_by_all_processes(account, serving, settings):
    credentials = account()
    wrong = credentials | {"password": "a guess of somebody"}
    async with serving(settings, None) as one, serving(settings, None) as other:
        answers = await asyncio.gather(*[sign_in(client, wrong) for client in (one, other) for _ in range(5)])
        right = await sign_in(one, credentials)
    statuses = sorted(answer.status_code for answer in answers)
    # Five at once; one comes back each 12 s, so a slow machine may hear one or two more.
    assert 3 <= statuses.count(429) <= 5
    assert statuses.count(401) == 10 - statuses.count(429)
    assert right.status_code == 429
    assert int(right.headers["retry-after"]) > 0


async def test_guessing_from_one_address_does_not_lock_the_owner_out(account, serving, settings):
    credentials = account()
    guess = credentials | {"password": "a guess of somebody"}
    async with serving(settings, None) as stranger, serving(settings, None) as owner:
        stranger._transport.client = ("192.0.2.66", 1)
        owner._transport.client = ("198.51.100.7", 1)
        statuses = [(await sign_in(stranger, guess)).status_code for _ in range(8)]
        assert 429 in statuses
        assert (await sign_in(owner, credentials)).status_code == 200


async def test_signing_in_again_and_again_is_not_guessing(account, serving, settings):
    credentials = account()
    async with serving(settings, None) as client:
        assert [(await sign_in(client, credentials)).status_code for _ in range(7)] == [200] * 7


async def test_a_changed_password_voids_what_was_before_and_brings_a_token(account, serving, settings):
    credentials = account()
    new = "the password that comes next"
    async with serving(settings, None) as client:
        session = (await sign_in(client, credentials)).json()
        asked = {"current_password": PASSWORD, "new_password": new}
        wrong = await client.post(
            "/api/v1/auth/password", json=asked | {"current_password": "x"}, headers=sent(session)
        )
        weak = {"current_password": PASSWORD, "new_password": "aaaaaaaaaaaaaa"}
        refused = await client.post("/api/v1/auth/password", json=weak, headers=sent(session))
        changed = await client.post("/api/v1/auth/password", json=asked, headers=sent(session))
        after = await client.get("/api/v1/auth/me", headers=sent(changed.json()))
        before = await client.get("/api/v1/auth/me", headers=sent(session))
        old, newer = await sign_in(client, credentials), await sign_in(client, credentials | {"password": new})
    assert [wrong.status_code, refused.status_code, changed.status_code] == [400, 400, 200]
    assert [wrong.json()["errors"][0]["parameter"], refused.json()["errors"][0]["parameter"]] == [
        "current_password",
        "new_password",
    ]
    assert [after.status_code, before.status_code, old.status_code, newer.status_code] == [200, 401, 401, 200]


async def test_a_refresh_token_is_good_once_and_used_twice_it_ends_the_session(account, serving, settings, eventually):
    short = msgspec.structs.replace(settings, token_lifetime=900, refresh_lifetime=7 * 24 * 3600)
    async with serving(short, None) as client:
        first = (await sign_in(client, account())).json()
        renewed = await client.post("/api/v1/auth/refresh", json={"refresh_token": first["refresh_token"]})
        second = renewed.json()
        good = await client.get("/api/v1/auth/me", headers=sent(second))
        replayed = await client.post("/api/v1/auth/refresh", json={"refresh_token": first["refresh_token"]})
        client.headers.update(sent(second))
        ended = await eventually(client, "/api/v1/auth/me", lambda answer: answer.status_code == 401, 20)
        last = await client.post("/api/v1/auth/refresh", json={"refresh_token": second["refresh_token"]})
        none = await client.post("/api/v1/auth/refresh", json={"refresh_token": "never-made"})
    assert (renewed.status_code, good.status_code) == (200, 200)
    assert second["refresh_token"] != first["refresh_token"]
    assert second["refresh_expires_at"] == first["refresh_expires_at"]
    assert [answer.status_code for answer in (replayed, ended, last, none)] == [401] * 4


async def test_two_who_use_a_refresh_token_at_once_get_one_token(account, serving, settings):
    short = msgspec.structs.replace(settings, token_lifetime=900, refresh_lifetime=7 * 24 * 3600)
    async with serving(short, None) as one, serving(short, None) as other:
        asked = {"refresh_token": (await sign_in(one, account())).json()["refresh_token"]}
        answers = await asyncio.gather(*[client.post("/api/v1/auth/refresh", json=asked) for client in (one, other)])
    assert sorted(answer.status_code for answer in answers) == [200, 401]


async def test_without_the_database_nobody_signs_in(serving, settings):
    away = msgspec.structs.replace(settings, write_database_url="postgresql://nobody@127.0.0.1:1/nova")
    async with serving(away, None) as client:
        answer = await sign_in(client, {"login": "a", "password": PASSWORD})
    assert answer.status_code == 503
    assert "retry-after" in answer.headers
