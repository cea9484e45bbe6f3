"""Processes by identity: who they are even after a number was used again, how they end, who survived their parent."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import psutil

from nova_local.errors import LocalError

RUN_MARK = "NOVA_RUN_ID"  # environment variable that every process of one `nova up` inherits, also grandchildren
CLOCK_TOLERANCE = 5.0  # seconds: the kernel's start times shift a little when the clock is set
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
            return process if same and process.status() != psutil.STATUS_ZOMBIE else None
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


def marked(run_id: str) -> list[psutil.Process]:
    """All living processes that inherited the mark of this run, but not ourselves."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.pid != psutil.Process().pid and process.environ().get(RUN_MARK) == run_id:
                found.append(process)
        except psutil.Error:
            continue  # it has just ended, or belongs to somebody else and so is not ours
    return found


def stop_marked(run_id: str, patience: float = 15) -> int:
    """End what a run left behind (run workers, builds, orphans), by SIGTERM and then SIGKILL; says how many."""
    left = marked(run_id)
    stop_found(left, signal.SIGTERM, patience)
    return len(left)


def stop_found(processes: Iterable[psutil.Process], request: signal.Signals, patience: float) -> None:
    """End processes that need not be our children; those that ignore the request for `patience` seconds are killed."""
    targets = list(processes)
    for process in targets:
        try:
            process.send_signal(request)
        except psutil.NoSuchProcess:
            continue
    _, stubborn = psutil.wait_procs(targets, timeout=patience)
    for process in stubborn:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(stubborn, timeout=10)
