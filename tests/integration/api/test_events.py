"""The stream of versions, over the network: an in-process client would wait for its end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress

import httpx
import pytest

from nova_api.auth.keys import KeyRing
from nova_api.auth.permissions import Role
from nova_api.auth.tokens import Subject, Tokens
from nova_local.ports import any_free
from tests.support import callers

PATIENCE = 30


@pytest.fixture(scope="module")
def server(warehouse, services) -> Iterator[tuple[str, subprocess.Popen]]:
    port = any_free()
    environment = {
        "NOVA_API_DATABASE_URL": warehouse.reader_url,
        "NOVA_API_PORT": str(port),
        "NOVA_API_TOKEN_KEYS": callers.KEYS,
        "NOVA_API_EVENT_STREAMS": "2",
        "NOVA_API_POLL_INTERVAL": "0.5",
    }
    command = [sys.executable, "-m", "nova_api", "serve"]
    process = subprocess.Popen(command, env={**os.environ, **environment})
    origin = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            httpx.get(f"{origin}/health/live")
            break
        except httpx.TransportError:
            assert time.monotonic() < deadline, "the server did not answer"
            time.sleep(0.05)
    yield origin, process
    process.kill()
    process.wait()


def events(response: httpx.Response) -> Iterator[dict[str, str]]:
    """Events as a browser would see them."""
    fields: dict[str, str] = {}
    for line in response.iter_lines():
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
        elif "data" in fields:
            yield fields
            fields = {}
        else:
            fields = {}


def stream(origin: str, **headers: str):
    asked = {**callers.bearer(Role.VIEWER), **headers}
    return httpx.stream("GET", f"{origin}/api/v1/events", headers=asked, timeout=PATIENCE)


def test_a_page_hears_of_a_new_version_and_after_a_reconnection_only_of_what_it_missed(server, warehouse):
    origin, _ = server
    warehouse.publish("core.dim_site")
    with stream(origin) as response:
        heard = events(response)
        first = next(heard)
        version = warehouse.publish("core.dim_site")
        second = next(heard)
    newest = warehouse.publish("core.dim_site")
    with stream(origin, **{"Last-Event-ID": second["id"]}) as response:
        missed = next(events(response))
    assert response.headers["content-type"].startswith("text/event-stream")
    assert first["event"] == "versions"
    assert json.loads(second["data"])["versions"]["core.dim_site"] == version
    assert json.loads(missed["data"])["versions"]["core.dim_site"] == newest


def test_who_has_no_token_hears_nothing_and_head_ends(server):
    origin, _ = server
    assert httpx.get(f"{origin}/api/v1/events", timeout=PATIENCE).status_code == 401
    head = httpx.head(f"{origin}/api/v1/events", headers=callers.bearer(Role.VIEWER), timeout=PATIENCE)
    assert (head.status_code, head.content) == (200, b"")


def test_a_stream_ends_when_its_token_is_void(server, warehouse):
    origin, _ = server
    user_id, role = str(uuid.uuid4()), Role.VIEWER
    warehouse.execute(callers.INSERT, user_id, f"u{user_id[:8]}", "Somebody", role.value)
    subject = Subject(user_id=user_id, name="Somebody", role=role, epoch=1)
    token, _ = Tokens(KeyRing.parse(callers.KEYS)).issue(subject, 600)
    asked = {"Authorization": f"Bearer {token}"}
    with httpx.stream("GET", f"{origin}/api/v1/events", headers=asked, timeout=PATIENCE) as response:
        heard = events(response)
        assert next(heard)["event"] == "versions"
        warehouse.execute("UPDATE support.users SET token_epoch = 2 WHERE user_id = %s::uuid", user_id)
        deadline = time.monotonic() + PATIENCE
        while httpx.get(f"{origin}/api/v1/auth/me", headers=asked).status_code != 401:
            assert time.monotonic() < deadline, "the token was never void"
            time.sleep(0.05)
        warehouse.publish("core.dim_site")
        assert next(heard, None) is None


def test_there_are_no_more_streams_than_permitted(server):
    origin, _ = server
    deadline = time.monotonic() + PATIENCE
    while True:  # streams of the tests before this one may be closing
        with stream(origin) as first, stream(origin) as second, stream(origin) as third:
            statuses = [one.status_code for one in (first, second, third)]
            if statuses == [200, 200, 503]:
                assert int(third.headers["retry-after"]) > 0
                return
        assert time.monotonic() < deadline, statuses
        time.sleep(0.2)


def test_streams_end_when_the_server_does(server):
    origin, process = server
    with stream(origin) as response:
        heard = events(response)
        next(heard)
        process.send_signal(signal.SIGTERM)
        started = time.monotonic()
        with suppress(httpx.RemoteProtocolError):  # the last chunk may be cut
            assert not list(heard)
        took = time.monotonic() - started
    assert process.wait(PATIENCE) == 0
    assert took < 8, "a worker that waits for its streams is killed after ten seconds"
