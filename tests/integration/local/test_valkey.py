"""The embedded Valkey answers with its password alone and keeps nothing."""

from __future__ import annotations

import psutil
import pytest
import redis

from nova_local import valkey
from nova_local.home import Home
from nova_local.ports import any_free


@pytest.fixture
def server(home: Home) -> valkey.Valkey:
    prepared = valkey.prepare(home, any_free(), "a-password-of-this-test")
    if prepared is None:
        pytest.skip("no Redis-compatible server on this machine")
    return prepared


def test_it_answers_with_the_password_and_refuses_without(server: valkey.Valkey) -> None:
    running = server.start()
    try:
        with redis.Redis.from_url(server.url) as client:
            client.set("key", "value", ex=60)
            assert client.get("key") == b"value"
            assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "allkeys-lru"}
        with redis.Redis(port=server.port) as stranger, pytest.raises(redis.AuthenticationError):
            stranger.get("key")
    finally:
        assert running.stop() == 0


def test_the_password_is_not_in_the_list_of_processes(server: valkey.Valkey) -> None:
    running = server.start()
    try:
        assert server.password not in " ".join(psutil.Process(running.process.pid).cmdline())
    finally:
        running.stop()


def test_nothing_is_written_to_disk(server: valkey.Valkey) -> None:
    running = server.start()
    with redis.Redis.from_url(server.url) as client:
        client.set("key", "value")
    running.stop()
    assert list(server.folder.iterdir()) == []


def test_a_machine_without_a_server_is_not_an_error(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(valkey, "find_binary", lambda: None)
    assert valkey.prepare(home, any_free(), "x") is None
