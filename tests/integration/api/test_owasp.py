"""The OWASP API Security Top 10 (2023), entry by entry: what Nova promises about each.

What a promise is made of has its own tests beside this module; here each entry is asked as an attacker would.
"""

from __future__ import annotations

import hmac
import json
import re
import socket
import time
import uuid
from base64 import urlsafe_b64encode

import msgspec
import pytest
import redis

from nova_api.app import build_app, document_json
from nova_api.auth.permissions import GRANTS, OPTION, Role, guarded_handlers
from nova_api.settings import Settings
from tests.support import callers
from tests.support.callers import USER_IDS, bearer

pytestmark = pytest.mark.anyio

DOCUMENT = json.loads(document_json(build_app(Settings(database_url="postgresql://"))))
OPERATIONS = [
    (method.upper(), re.sub(r"\{[^}]*_id\}", "1", path), operation)
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
]
SECRET = callers.KEYS.partition(":")[2]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ANALYST])
async def test_api1_an_account_of_somebody_else_is_not_reached_by_its_id(role, serving, settings):
    victim = f"/api/v1/users/{USER_IDS[Role.ADMIN]}"
    async with serving(settings, role) as client:
        answers = [
            await client.get(victim),
            await client.get("/api/v1/users"),
            await client.patch(victim, json={"active": False}, headers={"If-Match": '"1"'}),
        ]
        me = await client.get("/api/v1/auth/me", headers={"X-User-Id": USER_IDS[Role.ADMIN]})
        named = await client.get("/api/v1/auth/me", params={"user_id": USER_IDS[Role.ADMIN]})
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert (me.json()["user_id"], named.status_code) == (USER_IDS[role], 400)


def forged(header: dict[str, object] | None = None, secret: str = SECRET, **changed: object) -> str:
    """A token of the ADMIN, signed over whatever header, with claims changed; None leaves one out."""
    now = int(time.time())
    claims: dict[str, object] = {
        "sub": USER_IDS[Role.ADMIN],
        "name": "Admin",
        "role": "ADMIN",
        "epoch": 1,
        "jti": uuid.uuid4().hex,
        "iat": now,
        "exp": now + 86400,
        "aud": "nova-api",
        "iss": "nova",
    }
    kept = {name: value for name, value in (claims | changed).items() if value is not None}
    parts = ({"alg": "HS256", "typ": "JWT", "kid": "tests"} | (header or {}), kept)
    signed = b".".join(urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in parts)
    signature = urlsafe_b64encode(hmac.digest(secret.encode(), signed, "sha256")).rstrip(b"=")
    return b".".join((signed, signature)).decode()


GOOD = forged()
PUBLIC_KEY = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----\n"
ATTACKS = {
    "no algorithm": forged({"alg": "none"}).rpartition(".")[0] + ".",
    "no algorithm, but a signature": forged({"alg": "none"}),
    "the algorithm of a public key over our secret": forged({"alg": "RS256"}),
    "our algorithm over a public key": forged(secret=PUBLIC_KEY),
    "a key that the token brings": forged({"jwk": {"kty": "oct", "k": "a2tr"}}, secret="kkk"),
    "a key at an address": forged({"jku": "http://127.0.0.1/keys"}, secret="kkk"),
    "a key that is an empty file": forged({"kid": "../../../../dev/null"}, secret=""),
    "a key of another name": forged({"kid": "other"}),
    "ended": forged(iat=int(time.time()) - 900, exp=int(time.time()) - 60),
    "not to be used yet": forged(nbf=int(time.time()) + 86400),
    "another issuer": forged(iss="somebody"),
    "another audience": forged(aud="another-api"),
    "without an id": forged(jti=None),
    "without an end": forged(exp=None),
    "of a role or password that is not the account's any more": forged(epoch=0),
    "of nobody": forged(sub=str(uuid.uuid4())),
}


async def test_api2_nobody_is_who_their_token_only_says_they_are(serving, settings):
    async with serving(settings, None) as client:
        good = await client.get("/api/v1/users", headers={"Authorization": f"Bearer {GOOD}"})
        for method in ("GET", "HEAD"):
            for attack, token in ATTACKS.items():
                answer = await client.request(method, "/api/v1/users", headers={"Authorization": f"Bearer {token}"})
                assert answer.status_code == 401, (method, attack)
                assert 'error="invalid_token"' in answer.headers["www-authenticate"], (method, attack)
    assert good.status_code == 200


async def test_api2_a_token_is_taken_from_the_header_alone(serving, settings):
    async with serving(settings, None) as client:
        for name in ("token", "access_token", "authorization"):
            assert (await client.get("/api/v1/items", params={name: GOOD})).status_code == 401, name
            assert (await client.get("/api/v1/items", headers={"Cookie": f"{name}={GOOD}"})).status_code == 401, name
            said = await client.get("/api/v1/items", params={name: GOOD}, headers=bearer(Role.VIEWER))
            assert said.status_code == 400, name
            assert GOOD not in said.text


async def test_api3_no_property_is_written_or_read_that_is_not_the_callers(serving, settings):
    new = {"login": f"u{uuid.uuid4().hex[:10]}", "name": "N", "role": "VIEWER", "password": "what n signs in with"}
    async with serving(settings) as client:
        assigned = [
            await client.post("/api/v1/users", json=new | {name: value})
            for name, value in (
                ("token_epoch", 9),
                ("version", 9),
                ("user_id", USER_IDS[Role.ADMIN]),
                ("created_by", "x"),
            )
        ]
        made = await client.post("/api/v1/users", json=new)
        renamed = await client.patch(
            made.headers["location"], json={"login": "root"}, headers={"If-Match": made.headers["etag"]}
        )
        raised = await client.post(
            "/api/v1/auth/password", json={"current_password": "x", "new_password": "y" * 14, "role": "ADMIN"}
        )
        hidden = await client.get("/api/v1/items", params={"fields": "item_id,password_hash"})
    assert [answer.status_code for answer in (*assigned, renamed, raised, hidden)] == [400] * 7
    assert made.status_code == 201
    assert set(made.json()) == set(DOCUMENT["components"]["schemas"]["User"]["properties"])


async def test_api4_no_request_asks_for_more_than_there_is_a_bound_for(serving, settings):
    too_much = [
        "items?limit=1001",
        f"demand/daily?item_id={','.join(map(str, range(101)))}",
        f"search?q={'x' * 1000}",
        "demand/daily?from=1900-01-01&to=2024-01-01",
        f"items?cursor={'A' * 2001}",
        f"items?fields={'item_id,' * 300}",
    ]
    async with serving(msgspec.structs.replace(settings, export_rows=0, event_streams=0)) as client:
        answers = {path[:40]: (await client.get(f"/api/v1/{path}")).status_code for path in too_much}
        streams = await client.get("/api/v1/events")
        body = await client.post("/api/v1/auth/login", content=b'{"login": "' + b"a" * 20_000_000 + b'"}')
    assert set(answers.values()) == {400}, answers
    assert (streams.status_code, body.status_code) == (503, 413)
    for method, path, operation in OPERATIONS:
        for parameter in operation.get("parameters", ()):
            schema = parameter["schema"]
            text = next((one for one in schema.get("oneOf", [schema]) if one.get("type") == "string"), {})
            bounded = {"maxLength", "enum", "format"} & (set(text) | set(schema)) or not text
            assert bounded or parameter["in"] == "path", (method, path, parameter["name"])


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ANALYST])
async def test_api5_no_function_is_reached_that_the_role_does_not_have_by_whatever_name(role, serving, settings):
    app = build_app(Settings(database_url="postgresql://"))
    beyond = [
        (method, re.sub(r"\{\w+:int\}", "1", path))
        for path, handler in guarded_handlers(app)
        if handler.opt[OPTION] not in GRANTS[role]
        for method in handler.http_methods
    ]
    tricks = {"X-HTTP-Method-Override": "GET", "X-Original-URL": "/health/live", "X-Role": "ADMIN"}
    async with serving(settings, role) as client:
        for method, path in beyond:
            address = re.sub(r"\{[^}]*\}", str(uuid.uuid4()), path)
            for name in (address, f"{address}/", f"//{address.lstrip('/')}", address.replace("/api", "/API")):
                answer = await client.request(method, f"http://api.test{name}", headers=tricks)
                assert answer.status_code in (403, 404), (method, name)
        overridden = await client.get("/api/v1/items", headers={"X-HTTP-Method-Override": "DELETE"})
    assert {("POST", "/api/v1/users"), ("GET", "/api/v1/audit")} <= set(beyond)
    assert overridden.status_code == 200


async def test_api6_what_is_decided_is_decided_on_what_was_seen_and_never_by_repeating(serving, settings):
    decisive = [
        (method, path)
        for method, path, operation in OPERATIONS
        if operation["operationId"] in
        {"decideItem", "withdrawItemDecision", "acknowledgeAlert", "withdrawAlertAcknowledgement", "changeUser"}
    ]  # fmt: skip
    assert len(decisive) == 5
    async with serving(settings) as client:
        for method, path in decisive:
            address = re.sub(r"(users|alerts)/1", rf"\1/{uuid.uuid4()}", path)
            body = {"kind": "acknowledge"} if method == "POST" else {"name": "N"} if method == "PATCH" else None
            unseen = await client.request(method, address, json=body, headers={"Idempotency-Key": uuid.uuid4().hex})
            assert unseen.status_code == 428, (method, path, unseen.text)
            if method == "POST":
                unnamed = await client.request(method, address, json=body, headers={"If-Match": '"x"'})
                assert unnamed.status_code == 400, (method, path, unnamed.text)


async def test_api7_no_address_that_a_caller_names_is_ever_called(serving, settings):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        trap = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        names = ("Host", "Forwarded", "X-Forwarded-Host", "X-Forwarded-For", "Origin", "Referer", "traceparent", "Via")
        async with serving(msgspec.structs.replace(settings, event_streams=0)) as client:
            for method, path, operation in OPERATIONS:
                if method != "GET":
                    continue
                texts = [one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"]
                for parameters in ({}, *({name: trap} for name in texts)):
                    answer = await client.get(path, params=parameters, headers=dict.fromkeys(names[1:], trap))
                    assert "location" not in answer.headers
                    with pytest.raises(BlockingIOError):
                        listener.accept()


async def test_api8_every_answer_is_guarded_and_tells_nothing_of_what_is_inside(serving, settings):
    stranger = {"Origin": "https://evil.example"}
    async with serving(settings) as client:
        answers = [
            await client.request(method, path, headers=stranger)
            for method, path in (
                ("GET", "/api/v1/items"),
                ("GET", "/api/v1/items?limit=0"),
                ("GET", "/nowhere"),
                ("GET", "/health/live"),
                ("POST", "/api/v1/auth/login"),
                ("OPTIONS", "/api/v1/items"),
                ("TRACE", "/api/v1/items"),
            )
        ]
    for answer in answers:
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "access-control-allow-origin" not in answer.headers
        assert not {"x-powered-by", "set-cookie"} & set(answer.headers)
        assert not re.search(r"Traceback|\.py\b|asyncpg|litestar|postgres", answer.text, re.IGNORECASE)
    assert answers[-1].status_code == 405


async def test_api9_what_is_served_is_what_is_documented(serving, settings):
    served = {
        (method, re.sub(r":\w+\}", "}", path))
        for path, handler in guarded_handlers(build_app(Settings(database_url="postgresql://")))
        for method in handler.http_methods
        if not path.startswith("/schema")
    }
    documented = {(method.upper(), path) for path, item in DOCUMENT["paths"].items() for method in item}
    assert served == documented
    assert all(path.startswith(("/api/v1/", "/health/")) for _, path in documented)
    async with serving(settings) as client:
        for path in ("/api/items", "/api/v0/items", "/api/v2/items", "/v1/items", "/metrics", "/debug", "/api/v1"):
            assert (await client.get(path)).status_code == 404, path


async def test_api10_what_comes_from_elsewhere_is_data_and_never_believed(serving, settings, warehouse, services):
    warehouse.publish("core.dim_site", [
        {"site_id": "=cmd|' /C calc'!A0", "site_name": "<script>alert(1)</script>", "site_type": "tower",
         "state": None, "region": None, "client": None},
    ])  # fmt: skip
    async with serving(settings) as client:
        before = await client.get("/api/v1/sites")
        file = await client.get("/api/v1/exports/sites")
    with redis.Redis.from_url(services.redis_url) as kept:
        keys = list(kept.scan_iter("api:v1:*listSites*"))
        for key in keys:
            kept.delete(key)
            kept.set(key, b"\x00not what the API wrote")
    async with serving(settings) as client:
        after = await client.get("/api/v1/sites")
    assert keys
    assert (after.status_code, after.json()["data"]) == (200, before.json()["data"])
    assert before.headers["content-type"] == "application/json"
    assert "\n'=cmd" in file.text.replace('"', "").replace("\r", "")
