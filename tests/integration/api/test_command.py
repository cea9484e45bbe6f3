"""`python -m nova_api` as a person runs it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import httpx
import psutil
import pytest

from nova_api.auth.keys import KeyRing
from nova_api.auth.permissions import Role
from nova_api.auth.tokens import Tokens
from nova_local.ports import any_free
from tests.support import callers


@pytest.fixture
def environment(warehouse, services) -> dict[str, str]:
    given = {
        "NOVA_API_DATABASE_URL": warehouse.reader_url,
        "NOVA_API_WRITE_DATABASE_URL": warehouse.writer_url,
        "NOVA_API_TOKEN_KEYS": callers.KEYS,
        "NOVA_API_PORT": str(any_free()),
    }
    redis = {"REDIS_URL": services.redis_url} if services.redis_url else {}
    return {**os.environ, **given, **redis}


def run(environment: dict[str, str], *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "nova_api", *arguments]
    return subprocess.run(
        command, env=environment, input=given, capture_output=True, text=True, timeout=60, check=False
    )


def test_serve_answers_over_the_network_and_ends_cleanly(environment):
    origin = f"http://127.0.0.1:{environment['NOVA_API_PORT']}"
    server = subprocess.Popen([sys.executable, "-m", "nova_api", "serve"], env=environment | {"NOVA_API_WORKERS": "2"})
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                ready = httpx.get(f"{origin}/health/ready")
                break
            except httpx.TransportError:
                assert time.monotonic() < deadline, "the server did not answer in 30 s"
                time.sleep(0.1)
        with httpx.Client(base_url=origin, headers=callers.bearer(Role.VIEWER)) as client:
            items = client.get("/api/v1/items")
            head = client.head("/api/v1/items")
            again = client.get("/api/v1/items", headers={"If-None-Match": items.headers["etag"]})
    finally:
        server.send_signal(signal.SIGTERM)
        ended = server.wait(20)
    assert ready.json()["status"] == "ready"
    assert (items.status_code, head.status_code, again.status_code) == (200, 200, 304)
    assert head.headers["content-length"] == items.headers["content-length"]
    assert ended == 0


def test_a_server_that_is_told_to_end_while_its_workers_start_ends_cleanly(environment):
    server = subprocess.Popen([sys.executable, "-m", "nova_api", "serve"], env=environment | {"NOVA_API_WORKERS": "2"})
    try:
        deadline = time.monotonic() + 30
        while len(psutil.Process(server.pid).children()) < 2:
            assert time.monotonic() < deadline, "the server started no workers in 30 s"
            time.sleep(0.005)
    finally:
        server.send_signal(signal.SIGTERM)
        ended = server.wait(20)
    assert ended == 0


@pytest.mark.parametrize(
    ("missing", "extra", "message"),
    [
        ("NOVA_API_DATABASE_URL", {}, "NOVA_API_DATABASE_URL is not set"),
        ("NOVA_API_TOKEN_KEYS", {}, "NOVA_API_TOKEN_KEYS is not set"),
        ("NOVA_API_PORT", {"NOVA_API_HOST": "0.0.0.0"}, "NOVA_API_ALLOW_REMOTE"),
    ],
)
def test_serve_refuses_to_start_and_says_why(environment, missing, extra, message):
    del environment[missing]
    done = run(environment | extra, "serve")
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_check_finds_nothing_wrong_where_all_is_there(environment, warehouse):
    from nova_api.cache.policy import POLICIES

    for dataset in {dataset for policy in POLICIES.values() for dataset in policy.datasets}:
        warehouse.publish(dataset)
    done = run(environment, "check")
    assert (done.returncode, "FAIL" in done.stdout) == (0, False), done.stdout
    assert "only reads" in done.stdout


def test_check_names_what_is_wrong(environment, warehouse):
    warehouse.execute("DELETE FROM support.dataset_versions WHERE dataset = 'core.dim_item'")
    environment["NOVA_API_DATABASE_URL"] = warehouse.admin_url
    done = run(environment, "check")
    assert done.returncode == 1
    assert "core.dim_item: it was never materialized" in done.stdout
    assert "may write to" in done.stdout


def test_accounts_and_tokens_are_managed_by_the_command(environment, warehouse):
    refused = run(environment, "users", "first-admin")
    assert (refused.returncode, "there is an ADMIN already" in refused.stderr) == (1, True)
    made = run(environment, "users", "create", "reader", "--name", "A program", "--role", "VIEWER", "--no-password")
    assert (made.returncode, made.stdout) == (0, "made reader (VIEWER)\n"), made.stderr
    again = run(environment, "users", "create", "Reader!", "--name", "x", "--role", "VIEWER", "--no-password")
    assert again.returncode == 1
    issued = run(environment, "tokens", "issue", "--user", "reader", "--days", "2")
    claims = Tokens(KeyRing.parse(callers.KEYS)).read(issued.stdout.strip())
    assert (claims.role, claims.exp - claims.iat) == (Role.VIEWER, 2 * 24 * 3600)
    revoked = run(environment, "tokens", "revoke", given=issued.stdout)
    assert revoked.stdout == "the token of reader is void\n"
    assert warehouse.execute("SELECT count(*) FROM support.revoked_tokens WHERE token_id = %s", claims.jti) == [(1,)]
    weak = run(environment, "users", "reset-password", "reader", "--password-stdin", given="short\n")
    assert (weak.returncode, "at least 12 characters" in weak.stderr) == (1, True)
    reset = run(environment, "users", "reset-password", "reader")
    assert "password: " in reset.stdout
    assert reset.stdout.rpartition(" ")[2].strip() not in str(warehouse.execute("SELECT * FROM support.audit_logs"))
    assert "void" in run(environment, "users", "disable", "reader").stdout
    listed = json.loads(run(environment, "users", "list", "--json").stdout)
    assert next(user for user in listed if user["login"] == "reader")["active"] is False
    assert run(environment, "tokens", "issue", "--user", "reader").returncode == 1
    audited = warehouse.execute(
        "SELECT action FROM support.audit_logs WHERE subject_id = %s AND actor = 'command' ORDER BY event_id",
        claims.sub,
    )
    assert [action for (action,) in audited] == [
        "user.created",
        "token.issued",
        "token.revoked",
        "user.changed",
        "user.changed",
    ]
