"""`nova up` and `nova down` with real servers, real migrations and small parts in place of the big ones."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import jwt
import psutil
import psycopg
import pytest

from nova_local import materialization, state
from nova_local.home import Home
from nova_local.parts import USUAL_PORTS
from nova_local.ports import any_free
from nova_local.processes import RUN_MARK, ProcessId, is_alive

# A part that answers every address, and one with a child of its own in another session.
SERVE = (
    "from http.server import *; import os; "
    "H = type('H', (BaseHTTPRequestHandler,), {'do_GET': lambda s: (s.send_response(200), s.end_headers())}); "
    "ThreadingHTTPServer(('127.0.0.1', int(os.environ['NOVA_API_PORT'])), H).serve_forever()"
)
PARENT = "import subprocess, time; subprocess.Popen(['sleep', '1000'], start_new_session=True); time.sleep(1000)"
PROCFILE = f'api: python -c "{SERVE}"\nparent: python -c "{PARENT}"\n'


@dataclass(frozen=True)
class Nova:
    """The command on a home of its own, whose input counts as loaded."""

    home: Home
    procfile: Path

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "nova_local", *arguments]
        done = subprocess.run(command, env=self.environment, text=True, capture_output=True, check=False, timeout=180)
        assert done.returncode == 0 or not check, done.stdout + done.stderr
        return done

    def up(self, *, check: bool = True) -> subprocess.CompletedProcess[str]:
        return self.run("up", "--detach", "--procfile", str(self.procfile), check=check)

    def status(self) -> dict:
        return json.loads(self.run("status", "--json").stdout)

    def part(self, name: str) -> dict:
        return next(part for part in self.status()["parts"] if part["name"] == name)

    def came_back(self, name: str) -> bool:
        part = self.part(name)
        return part["state"] == "ready" and part["restarts"] >= 1

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "NOVA_HOME": str(self.home.root)}

    def processes(self) -> list[psutil.Process]:
        """Everything that belongs to the latest run: the supervisor, the parts, what they started."""
        recorded = state.load(self.home.state)
        known = [part.process for part in recorded.parts if part.process] + [recorded.supervisor]
        found = {process.pid: process for process in (each.find() for each in known if each) if process}
        for process in psutil.process_iter():
            try:
                if process.environ().get(RUN_MARK) == recorded.run_id:
                    found[process.pid] = process
            except psutil.Error:
                continue
        return list(found.values())


def prepared(home: Home, procfile: Path, ports: Mapping[str, int]) -> Nova:
    """A home that remembers `ports` and believes that its demo workbook is loaded."""
    state.save(home.state, state.State(ports=ports))
    home.source.write_text(materialization.WORKBOOK)
    home.materialized.write_text(materialization.fingerprint(materialization.choose(home, materialization.Wish())))
    return Nova(home, procfile)


@pytest.fixture
def nova(home: Home, tmp_path: Path) -> Iterator[Nova]:
    procfile = tmp_path / "Procfile"
    procfile.write_text(PROCFILE)
    # not the usual ports, which others on this machine may be about to take
    made = prepared(home, procfile, {name: any_free() for name in USUAL_PORTS})
    yield made
    made.run("down")


def living(processes: list[psutil.Process]) -> list[psutil.Process]:
    return [process for process in processes if is_alive(process)]


def eventually(condition: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.1)


def test_up_brings_everything_and_down_leaves_no_process(nova: Nova) -> None:
    said = nova.up().stdout
    status = nova.status()
    assert status["running"]
    assert status["phase"] == "ready"
    assert {part["name"]: part["state"] for part in status["parts"]} == dict.fromkeys(
        ("postgres", "valkey", "api", "parent"), "ready"
    )
    assert nova.part("api")["address"] in said
    with urllib.request.urlopen(nova.part("api")["address"]) as answer:
        assert answer.status == 200
    with psycopg.connect(status["database_url"]) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("nova_pipeline",)
    alive = nova.processes()
    assert len(alive) >= 6, "supervisor, two servers, two parts and a grandchild"
    assert nova.run("down").stdout.strip() == "stopped"
    assert living(alive) == []
    assert "database system is shut down" in nova.home.log("postgres").read_text()


def test_a_second_up_shows_what_runs_and_starts_nothing(nova: Nova) -> None:
    nova.up()
    before = nova.status()["parts"]
    said = nova.up().stdout
    assert "running already" in said
    assert nova.status()["parts"] == before


def test_up_after_down_keeps_the_data_and_the_ports_and_takes_seconds(nova: Nova) -> None:
    nova.up()
    first = nova.status()
    nova.run("psql", "-c", "CREATE TABLE public.kept AS SELECT 7 AS number")
    nova.run("down")
    began = time.monotonic()
    said = nova.up().stdout
    assert time.monotonic() - began < 60, said
    assert nova.run("psql", "-Atc", "SELECT number FROM public.kept").stdout.strip() == "7"
    assert nova.status()["database_url"] == first["database_url"]
    assert nova.part("api")["address"] == next(p["address"] for p in first["parts"] if p["name"] == "api")


def test_a_part_that_falls_is_started_again(nova: Nova) -> None:
    nova.up()
    before = nova.part("api")
    os.kill(before["process"]["pid"], signal.SIGKILL)
    eventually(lambda: nova.came_back("api"))
    assert nova.part("api")["process"]["pid"] != before["process"]["pid"]
    assert "api ended with code -9" in nova.home.log("nova").read_text()


def test_a_database_that_falls_is_started_again(nova: Nova) -> None:
    nova.up()
    os.kill(nova.part("postgres")["process"]["pid"], signal.SIGKILL)
    eventually(lambda: nova.came_back("postgres"))
    with psycopg.connect(nova.status()["database_url"]) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_after_a_kill_of_the_supervisor_the_next_up_ends_the_orphans_and_works(nova: Nova) -> None:
    nova.up()
    orphans = nova.processes()
    supervisor = state.load(nova.home.state).supervisor
    assert supervisor is not None
    os.kill(supervisor.pid, signal.SIGKILL)
    eventually(lambda: not nova.status()["running"])
    assert nova.status()["phase"] == "failed"
    nova.up()
    assert living(orphans) == []
    assert nova.status()["phase"] == "ready"


def test_down_after_a_kill_of_the_supervisor_ends_the_orphans(nova: Nova) -> None:
    nova.up()
    orphans = nova.processes()
    supervisor = state.load(nova.home.state).supervisor
    assert supervisor is not None
    os.kill(supervisor.pid, signal.SIGKILL)
    nova.run("down")
    assert living(orphans) == []


def test_a_part_that_cannot_start_fails_the_up_with_its_log_and_leaves_nothing(nova: Nova) -> None:
    nova.procfile.write_text(PROCFILE + "broken: sh -c 'echo the reason; exit 3'\n")
    failed = nova.up(check=False)
    assert failed.returncode == 1
    assert "broken ended with code 3" in failed.stdout
    assert "the reason" in failed.stdout
    assert nova.processes() == []


def test_a_state_of_another_boot_harms_nobody(nova: Nova) -> None:
    with subprocess.Popen(["sleep", "1000"], start_new_session=True) as bystander:
        stale = state.PartState("api", "", state.READY, ProcessId(bystander.pid, 1_000_000.0))
        state.save(
            nova.home.state, state.State(state.READY, "gone", ProcessId(bystander.pid, 1_000_000.0), parts=(stale,))
        )
        try:
            nova.up()
            assert bystander.poll() is None
        finally:
            bystander.kill()


@pytest.mark.parametrize("request_", [signal.SIGINT, signal.SIGHUP])
def test_up_in_a_terminal_ends_cleanly_when_asked(nova: Nova, request_: signal.Signals) -> None:
    command = [sys.executable, "-m", "nova_local", "up", "--procfile", str(nova.procfile)]
    with subprocess.Popen(command, env=nova.environment, text=True, stdout=subprocess.PIPE) as terminal:
        eventually(lambda: state.load(nova.home.state).phase == state.READY)
        alive = nova.processes()
        terminal.send_signal(request_)
        assert terminal.wait(60) == 0
    assert living(alive) == []
    assert state.load(nova.home.state).phase == state.STOPPED


def test_a_taken_port_is_passed_over(nova: Nova) -> None:
    nova.up()
    taken = state.load(nova.home.state).ports
    second = prepared(Home.create(nova.home.root.parent / "other"), nova.procfile, taken)
    try:
        second.up()
        assert not set(state.load(second.home.state).ports.values()) & {
            taken["postgres"],
            taken["valkey"],
            taken["api"],
        }
    finally:
        second.run("clean", "--yes")


def test_clean_deletes_what_is_nova_s_and_keeps_the_rest(nova: Nova) -> None:
    nova.up()
    (nova.home.root / "letter.txt").write_text("not Nova's")
    nova.run("clean", "--yes")
    assert [path.name for path in nova.home.root.iterdir()] == ["letter.txt"]


def test_psql_opens_the_warehouse(nova: Nova) -> None:
    nova.up()
    assert nova.run("psql", "-Atc", "SELECT current_database()").stdout.strip() == "nova"


def test_the_first_administrator_s_password_is_in_the_home_and_a_token_is_one_command_away(nova: Nova) -> None:
    said = nova.up().stdout
    secrets = json.loads(nova.home.secrets.read_text())
    assert nova.home.secrets.stat().st_mode & 0o777 == 0o600
    assert "sign in    admin; `.venv/bin/nova password` shows the password" in said
    assert secrets["admin"] not in said
    assert nova.run("password").stdout.strip() == secrets["admin"]
    made = "SELECT role, password_hash LIKE '$argon2id$%' FROM support.users WHERE login = 'admin'"
    assert nova.run("psql", "-Atc", made).stdout.strip() == "ADMIN|t"
    token = nova.run("token").stdout.strip()
    assert jwt.decode(token, secrets["token_key"], ["HS256"], audience="nova-api")["role"] == "ADMIN"
    nova.run("down")
    nova.up()  # and does not make a second one
    assert nova.run("psql", "-Atc", "SELECT count(*) FROM support.users").stdout.strip() == "1"


def test_commands_that_need_a_running_nova_say_so(nova: Nova) -> None:
    for command in ("psql", "materialize", "token", "password"):
        failed = nova.run(command, check=False)
        assert failed.returncode == 1
        assert "`nova up` first" in failed.stderr


def test_the_logs_of_a_part_are_shown_and_an_unknown_part_names_the_known(nova: Nova) -> None:
    nova.up()
    assert "ready to accept connections" in nova.run("logs", "postgres").stdout
    failed = nova.run("logs", "nonsense", check=False)
    assert failed.returncode == 1
    assert "postgres" in failed.stderr


def test_a_workbook_that_is_not_there_is_said_before_anything_is_loaded(nova: Nova) -> None:
    failed = nova.run("up", "--workbook", "/nowhere.xlsx", "--procfile", str(nova.procfile), check=False)
    assert failed.returncode == 1
    assert "there is no workbook at /nowhere.xlsx" in failed.stderr
    assert nova.processes() == []


def test_the_doctor_says_what_is_wrong_with_a_workbook(nova: Nova) -> None:
    wrong = nova.home.root / "wrong.xlsx"
    wrong.write_text("not a workbook")
    failed = nova.run("doctor", "--workbook", str(wrong), check=False)
    assert failed.returncode == 1
    assert "wrong.xlsx" in failed.stdout
    wrong.unlink()
