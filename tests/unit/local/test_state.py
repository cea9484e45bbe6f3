"""What is recorded about a home comes back, and damage of a record stops nobody."""

from __future__ import annotations

import socket
import stat
from pathlib import Path

import pytest

from nova_local import credentials, files, logs, parts, ports, state
from nova_local.errors import LocalError
from nova_local.processes import ProcessId


def test_a_state_comes_back_as_it_was_saved_and_only_we_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    saved = state.State(
        phase=state.READY,
        run_id="abc",
        supervisor=ProcessId(7, 1.5),
        ports={"api": 8000},
        parts=(state.PartState("api", "http://127.0.0.1:8000", state.READY, ProcessId(8, 2.5), 1),),
    )
    state.save(path, saved)
    assert state.load(path) == saved
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("content", ["", "nonsense", "[]", "{}", '{"parts": [{}]}', '{"parts": [], "other": 1}'])
def test_a_damaged_state_counts_as_none(tmp_path: Path, content: str) -> None:
    path = tmp_path / "state.json"
    path.write_text(content)
    assert state.load(path) == state.State()


def test_passwords_are_made_once_and_a_new_role_gets_one(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    made = credentials.load_or_create(path)
    assert credentials.load_or_create(path) == made
    assert set(made.roles) == set(credentials.LOGIN_ROLES)
    assert len({made.superuser, made.cache, *made.roles.values()}) == 2 + len(made.roles)
    path.write_text('{"superuser": "kept", "cache": "c", "roles": {"nova_pipeline": "o"}}')
    grown = credentials.load_or_create(path)
    assert (grown.superuser, grown.roles["nova_pipeline"]) == ("kept", "o")
    assert grown.roles["nova_pipeline"]


def test_damaged_passwords_are_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    path.write_text("{")
    with pytest.raises(LocalError, match="nova clean"):
        credentials.load_or_create(path)


def test_a_lock_is_seen_while_it_is_held_and_gone_after(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    assert not files.is_locked(path)
    with files.locked(path, wait=False):
        assert files.is_locked(path)
        with pytest.raises(LocalError), files.locked(path, wait=False):
            pass
    assert not files.is_locked(path)


def test_a_long_log_is_cut_and_its_end_is_kept_beside(tmp_path: Path) -> None:
    log = tmp_path / "part.log"
    with log.open("ab") as writer:
        writer.write(b"old\n" * 100)
        writer.flush()
        logs.bound(log, limit=40)
        writer.write(b"new\n")
    assert log.read_bytes() == b"new\n"
    assert (tmp_path / "part.log.1").read_bytes() == b"old\n" * 10


def test_the_ports_of_last_time_are_kept_when_free_and_passed_over_when_taken() -> None:
    remembered = {name: ports.any_free() for name in parts.USUAL_PORTS}
    assert parts.choose_ports(remembered) == remembered
    with socket.socket() as other:
        other.bind((ports.LOOPBACK, remembered["api"]))
        other.listen()
        chosen = parts.choose_ports(remembered)
    assert chosen["api"] != remembered["api"]
    assert {**chosen, "api": 0} == {**remembered, "api": 0}


def test_two_parts_never_get_the_same_port() -> None:
    same = ports.any_free()
    chosen = parts.choose_ports(dict.fromkeys(parts.USUAL_PORTS, same))
    assert len(set(chosen.values())) == len(chosen)
