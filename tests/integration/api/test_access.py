"""Who may do what: every role at every address with every method, and tokens that were good and are not any more."""

from __future__ import annotations

import re

import msgspec
import pytest

from nova_api.app import build_app
from nova_api.auth.permissions import GRANTS, OPTION, Permission, Role, guarded_handlers
from nova_api.http.problems import problem_type
from nova_api.settings import Settings
from tests.support.callers import USER_IDS, bearer

pytestmark = pytest.mark.anyio

NOBODY = "00000000-0000-4000-8000-0000000000ff"


def addresses() -> list[tuple[str, str, Permission]]:
    """Method, path and permission of every address that the application has."""
    app = build_app(Settings(database_url="postgresql://"))
    return [
        (method, re.sub(r"\{[^}]*\}", NOBODY, re.sub(r"\{\w+:int\}", "1", path)), handler.opt[OPTION])
        for path, handler in guarded_handlers(app)
        for method in sorted(handler.http_methods | ({"HEAD"} if "GET" in handler.http_methods else set()))
    ]


async def test_every_role_gets_exactly_what_it_is_granted_at_every_address_by_every_method(serving, settings):
    seen = set()
    # Without room for streams of events, which in this process would be waited for until they end.
    async with serving(msgspec.structs.replace(settings, event_streams=0), None) as client:
        for method, path, permission in addresses():
            for role in (None, *Role):
                if path.endswith(("/logout", "/schema")) and role is not None:
                    continue  # the one ends the token of the others, the other is a page
                answer = await client.request(method, path, headers=bearer(role))
                where = (method, path, role, answer.status_code)
                if permission is Permission.PUBLIC:
                    assert answer.status_code not in (401, 403) or path.endswith(("/login", "/refresh")), where
                elif role is None:
                    assert answer.status_code == 401, where
                elif permission in GRANTS[role]:
                    assert answer.status_code not in (401, 403), where
                else:
                    assert answer.status_code == 403, where
                if answer.status_code in (401, 403):
                    assert answer.headers["www-authenticate"].startswith("Bearer realm="), where
                    assert answer.headers["content-type"] == "application/problem+json", where
                seen.add((permission, role, answer.status_code))
    assert {(Permission.READ, None, 401), (Permission.MANAGE_USERS, Role.ANALYST, 403)} < seen


async def test_a_method_that_an_address_lacks_is_refused_to_everybody_and_the_others_are_named(serving, settings):
    taken: dict[str, dict[str, Permission]] = {}
    for method, path, permission in addresses():
        taken.setdefault(path, {})[method] = permission
    every = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
    refused = 0
    async with serving(settings, None) as client:
        for path, methods in taken.items():
            if path.startswith("/schema"):
                continue  # pages of the framework's own plugin
            for role in (None, *Role):
                for method in every:
                    if method in methods:
                        continue
                    answer = await client.request(method, path, headers=bearer(role))
                    where = (method, path, role, answer.status_code)
                    # The framework's answer to OPTIONS is as closed as the controller that it stands in.
                    assert answer.status_code in ({204, 401, 403} if method == "OPTIONS" else {405}), where
                    if answer.status_code in (204, 405):
                        assert set(answer.headers["allow"].split(", ")) == {*methods, "OPTIONS"}, where
                    if method != "OPTIONS" and method != "HEAD":
                        assert answer.json()["type"] == problem_type(405), where
                    refused += answer.status_code == 405
    assert refused > 1000


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer  ",
        "Basic YWRtaW46YWRtaW4=",
        "Bearer garbage",
        "Bearer " + "A" * 10_000,
        "Token " + bearer(Role.ADMIN)["Authorization"].removeprefix("Bearer "),
        bearer(Role.ADMIN)["Authorization"][:-2],
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_what_is_no_token_is_refused(header, method, serving, settings):
    async with serving(settings, None) as client:
        answer = await client.request(method, "/api/v1/items", headers={"Authorization": header})
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]


async def test_two_tokens_are_none(serving, settings):
    good = bearer(Role.ADMIN)["Authorization"]
    async with serving(settings, None) as client:
        headers = [("Authorization", good), ("Authorization", good)]
        assert (await client.get("/api/v1/items", headers=headers)).status_code == 401


async def test_an_address_is_not_open_because_it_looks_like_one_that_is(serving, settings):
    async with serving(settings, None) as client:
        for path in ("/api/v1/items/health", "/api/v1/items/live", "/api/v1/items/schema", "/api/v1/auth/me"):
            assert (await client.get(path)).status_code == 401


async def test_options_says_the_methods_and_nothing_else(serving, settings):
    async with serving(settings, None) as client:
        answer = await client.options("/api/v1/items")
    assert answer.status_code == 204
    assert answer.content == b""
    assert "GET" in answer.headers["allow"]


async def test_a_kept_answer_crosses_to_nobody_who_may_not_have_it(serving, settings, warehouse):
    warehouse.publish("analytics.mv_item_overview")
    async with serving(settings, None) as client:
        allowed = await client.get("/api/v1/items", headers=bearer(Role.ADMIN))
        kept = await client.get("/api/v1/items", headers=bearer(Role.VIEWER))
        tag = {"If-None-Match": allowed.headers["etag"]}
        refused = [await client.get("/api/v1/items"), await client.get("/api/v1/items", headers=tag)]
        held = await client.get("/api/v1/items", headers=tag | bearer(Role.VIEWER))
    assert (allowed.status_code, kept.headers["x-cache"], held.status_code) == (200, "memory", 304)
    assert [answer.status_code for answer in refused] == [401, 401]
    assert all("etag" not in answer.headers and "x-data-version" not in answer.headers for answer in refused)
    assert "Authorization" in allowed.headers["vary"]
    assert allowed.headers["cache-control"].startswith("private")


async def test_the_reader_of_the_warehouse_cannot_read_a_password(warehouse):
    import psycopg

    with psycopg.connect(warehouse.reader_url, autocommit=True) as connection:
        assert connection.execute("SELECT login FROM support.users").fetchall()
        for statement in (
            "SELECT password_hash FROM support.users",
            "SELECT * FROM support.users",
            "SELECT * FROM support.refresh_tokens",
            "UPDATE support.users SET role = 'ADMIN'",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement.encode())
    with psycopg.connect(warehouse.writer_url, autocommit=True) as connection:
        for statement in ("DELETE FROM support.users", "UPDATE support.users SET login = 'x'"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement.encode())


async def test_an_account_is_changed_by_its_version_and_the_audit_knows(serving, settings, warehouse):
    new = {"login": "bia@nova.example", "name": "Bia", "role": "VIEWER", "password": "a password of hers"}
    async with serving(settings) as client:
        made = await client.post("/api/v1/users", json=new)
        again = await client.post("/api/v1/users", json=new)
        address = made.headers["location"]
        unsaid = await client.patch(address, json={"name": "Beatriz"})
        changed = await client.patch(address, json={"name": "Beatriz"}, headers={"If-Match": made.headers["etag"]})
        late = await client.patch(address, json={"role": "ADMIN"}, headers={"If-Match": made.headers["etag"]})
        weak = await client.post("/api/v1/users", json=new | {"login": "cy", "password": "cycycycycycycy"})
        unknown = await client.post("/api/v1/users", json=new | {"is_superuser": True})
        listed = await client.get("/api/v1/users?role=VIEWER")
        read = await client.get(address)
    assert [answer.status_code for answer in (made, again, unsaid, changed, late, weak, unknown)] == [
        201, 409, 428, 200, 412, 400, 400,
    ]  # fmt: skip
    assert (read.json()["name"], read.json()["version"]) == ("Beatriz", 2)
    assert read.headers["etag"] == changed.headers["etag"] == '"2"'
    assert "bia@nova.example" in {user["login"] for user in listed.json()["data"]}
    assert not any("password" in name or "epoch" in name for name in read.json())
    events = warehouse.execute(
        "SELECT action, actor, details::text FROM support.audit_logs WHERE subject_id = %s ORDER BY event_id",
        made.json()["user_id"],
    )
    assert [(action, actor) for action, actor, _ in events] == [
        ("user.created", USER_IDS[Role.ADMIN]),
        ("user.changed", USER_IDS[Role.ADMIN]),
    ]
    assert "a password of hers" not in str(events)


async def test_the_last_administrator_stays_one(serving, settings, warehouse):
    warehouse.execute("UPDATE support.users SET active = false WHERE role = 'ADMIN' AND user_id <> %s::uuid", ADMIN)
    async with serving(settings) as client:
        etag = (await client.get(f"/api/v1/users/{ADMIN}")).headers["etag"]
        for change in ({"active": False}, {"role": "VIEWER"}):
            answer = await client.patch(f"/api/v1/users/{ADMIN}", json=change, headers={"If-Match": etag})
            assert answer.status_code == 409
            assert "last active ADMIN" in answer.json()["detail"]


ADMIN = USER_IDS[Role.ADMIN]


async def test_a_change_that_voids_tokens_works_on_another_process_at_once(serving, settings, warehouse, eventually):
    new = {"login": "void", "name": "Void", "role": "ANALYST", "password": "what void signs in with"}
    patient = msgspec.structs.replace(settings, poll_interval=30.0)  # only a notification can be so quick
    async with serving(settings) as one, serving(patient, None) as other:
        made = (await one.post("/api/v1/users", json=new)).json()
        address = f"/api/v1/users/{made['user_id']}"
        for number, change in enumerate(({"role": "VIEWER"}, {"password": "another one of void"}, {"active": False})):
            password = "another one of void" if number == 2 else new["password"]
            token = (await one.post("/api/v1/auth/login", json={"login": "VOID", "password": password})).json()["token"]
            other.headers["Authorization"] = f"Bearer {token}"
            assert (await other.get("/api/v1/auth/me")).status_code == 200
            etag = (await one.get(address)).headers["etag"]
            changed = await one.patch(address, json=change, headers={"If-Match": etag})
            assert changed.status_code == 200
            refused = await eventually(other, "/api/v1/auth/me", lambda answer: answer.status_code == 401, 20)
            assert 'error="invalid_token"' in refused.headers["www-authenticate"]
        disabled = await one.post("/api/v1/auth/login", json={"login": "void", "password": "another one of void"})
    assert disabled.status_code == 401
