"""A part that falls comes back, and one that never stays up is given up."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from nova_local import service, state
from nova_local.errors import LocalError
from nova_local.processes import end_group, is_alive
from nova_local.service import Blueprint, Service


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time that the service sees: its first element."""
    now = [1000.0]
    monkeypatch.setattr(service.time, "monotonic", lambda: now[0])
    return now


def part(log: Path, script: str) -> Service:
    def launch() -> subprocess.Popen:
        with log.open("ab") as output:
            return subprocess.Popen([sys.executable, "-c", script], stdout=output, start_new_session=True)

    return Service(Blueprint("part", "", launch, lambda: True, log))


def ended(subject: Service) -> None:
    assert subject.process is not None
    subject.process.wait(20)


def test_a_part_that_ends_at_the_start_is_an_error_with_the_end_of_its_log(tmp_path: Path) -> None:
    subject = part(tmp_path / "part.log", "print('the reason'); raise SystemExit(3)")
    subject.start()
    ended(subject)
    with pytest.raises(LocalError, match=r"ended with code 3(?s:.*)the reason"):
        subject.ask()


def test_each_restart_waits_twice_as_long_and_the_fifth_is_the_last(tmp_path: Path, clock: list[float]) -> None:
    subject = part(tmp_path / "part.log", "raise SystemExit(1)")
    subject.start()
    waits = []
    for _ in range(service.RESTARTS):
        ended(subject)
        assert subject.watch() is not None
        waits.append(subject.next_start - clock[0])
        clock[0] = subject.next_start
        subject.watch()
    ended(subject)
    assert waits == [1, 2, 4, 8, 16]
    assert "given up" in (subject.watch() or "")
    assert subject.report().state == state.FAILED
    assert subject.watch() is None, "said once"


def test_a_part_that_ran_long_enough_starts_counting_anew(tmp_path: Path, clock: list[float]) -> None:
    subject = part(tmp_path / "part.log", "import time; time.sleep(60)")
    subject.restarts = 4
    subject.start()
    clock[0] += service.LONG_ENOUGH + 1
    subject.watch()
    assert subject.restarts == 0
    subject.stop()
    assert subject.report() == state.PartState("part", "", state.STOPPED)


def test_a_part_that_came_back_is_said(tmp_path: Path) -> None:
    subject = part(tmp_path / "part.log", "import time; time.sleep(60)")
    subject.start()
    assert subject.watch() == "part is well again"
    subject.stop()


def test_children_of_a_fallen_part_are_ended_before_it_starts_again(tmp_path: Path) -> None:
    log = tmp_path / "part.log"
    # A child that does not heed a polite request, and outlives the part.
    deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); print('ready', flush=True); time.sleep(60)"
    script = f"""
import os, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", {deaf!r}], stdout=subprocess.PIPE)
child.stdout.readline()
print(child.pid, flush=True)
os._exit(1)
"""
    subject = part(log, script)
    subject.start()
    ended(subject)
    first = psutil.Process(int(log.read_text().split()[0]))
    subject.watch()
    try:
        while subject.phase == state.RESTARTING:
            subject.watch()
            time.sleep(0.05)
        assert not is_alive(first)
    finally:
        assert subject.process is not None
        subject.process.wait(20)
        end_group(subject.process.pid, signal.SIGKILL)
