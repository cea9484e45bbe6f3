"""Processes by identity: who they are even after a number was used again, how they end, who survived their parent."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import psutil

from nova_local.errors import LocalError

RUN_MARK = "NOVA_RUN_ID"  # environment variable that every process of one `nova up` inherits, also grandchildren
CLOCK_TOLERANCE = 5.0  # seconds: the kernel's start times shift a little when the clock is set
PAUSE = 0.05
POLITE = ((signal.SIGTERM, 15.0),)


@dataclass(frozen=True)
class ProcessId:
    """A process: its number and when it began (seconds since 1970), since numbers are used again."""

    pid: int
    created: float

    @classmethod
    def of(cls, pid: int) -> ProcessId:
        return cls(pid, psutil.Process(pid).create_time())

    def find(self) -> psutil.Process | None:
        """The process, or `None` when it has ended."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.created) < CLOCK_TOLERANCE
            return process if same and is_alive(process) else None
        except psutil.NoSuchProcess:
            return None


def stop(process: subprocess.Popen, requests: Sequence[tuple[signal.Signals, float]] = POLITE) -> int:
    """Ask a child to end: each signal with its patience in seconds, at last SIGKILL. Returns the exit code."""
    for request, patience in (*requests, (signal.SIGKILL, 10.0)):
        if process.poll() is None:
            process.send_signal(request)
        try:
            return process.wait(patience)
        except subprocess.TimeoutExpired:
            continue
    raise LocalError(f"process {process.pid} does not end")


def end_group(leader: int, request: signal.Signals = signal.SIGTERM) -> None:
    """Ask what is left of the process group of a child that led one to end; SIGKILL does not ask."""
    with suppress(ProcessLookupError):
        os.killpg(leader, request)


def belonging(run_id: str, leaders: Sequence[ProcessId]) -> list[psutil.Process]:
    """All living processes of a run but ourselves: those with its mark, and those in the sessions of its parts.

    The mark finds a process wherever it went; the session finds those that overwrote their environment with a title.
    """
    ours = psutil.Process().pid
    sessions = {leader.pid for leader in leaders if is_still_its_session(leader)}
    return [
        process
        for process in psutil.process_iter()
        if process.pid != ours and (session_of(process) in sessions or mark_of(process) == run_id)
    ]


def is_still_its_session(leader: ProcessId) -> bool:
    """Whether the session that `leader` began can still be there: its number is not used by another leader or boot."""
    if leader.created < psutil.boot_time() - CLOCK_TOLERANCE:
        return False
    return not psutil.pid_exists(leader.pid) or leader.find() is not None


def session_of(process: psutil.Process) -> int | None:
    with suppress(ProcessLookupError, PermissionError):
        return os.getsid(process.pid)
    return None


def mark_of(process: psutil.Process) -> str | None:
    """The mark in the environment; `None` also for somebody else's process, which then is not ours."""
    with suppress(psutil.Error):
        return process.environ().get(RUN_MARK)
    return None


def is_alive(process: psutil.Process) -> bool:
    """Running, and not a zombie that waits for a parent which is in no hurry (PID 1 of many containers)."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def stop_found(processes: Iterable[psutil.Process], request: signal.Signals, patience: float) -> None:
    """End processes that need not be our children; those that ignore the request for `patience` seconds are killed."""
    alive = list(processes)
    for demand, seconds in ((request, patience), (signal.SIGKILL, 10.0)):
        for process in alive:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(demand)
        deadline = time.monotonic() + seconds
        while (alive := [process for process in alive if is_alive(process)]) and time.monotonic() < deadline:
            time.sleep(PAUSE)
