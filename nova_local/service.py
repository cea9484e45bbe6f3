"""One running part: it is started, asked whether it is well, started again when it ends, and stopped."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nova_local import state
from nova_local.errors import LocalError
from nova_local.health import Check
from nova_local.identity import follow_parent
from nova_local.logs import failure
from nova_local.parts import Part
from nova_local.processes import POLITE, ProcessId, end_group, stop
from nova_local.state import PartState

LONG_ENOUGH = 60.0  # seconds: a part that ran this long may fail again as often as a new one
RESTARTS = 5  # in a row, before a part is given up


@dataclass(frozen=True)
class Blueprint:
    """How one part is run. `launch` starts it and may wait until it answers; `stop` are its signals with patience.
    It counts as well after `settle` seconds at the earliest."""

    name: str
    address: str
    launch: Callable[[], subprocess.Popen]
    is_well: Check
    log: Path
    stop: Sequence[tuple[signal.Signals, float]] = POLITE
    after: tuple[str, ...] = ()
    settle: float = 0.0


class Service:
    """A part while Nova is up.

    A part that ends by itself is started again after 1, 2, 4, 8 and 16 seconds; after five failures in a row it is
    given up, shown as failed with the end of its log, and the others go on: planners can still read while, say, the
    daemon is down. `nova up` after `nova down` tries anew.
    """

    def __init__(self, blueprint: Blueprint) -> None:
        self.blueprint = blueprint
        self.process: subprocess.Popen | None = None
        self.identity: ProcessId | None = None
        self.phase = state.STOPPED
        self.restarts = 0
        self.started_at = 0.0
        self.next_start = 0.0

    @property
    def name(self) -> str:
        return self.blueprint.name

    def start(self) -> None:
        self.started_at = time.monotonic()
        self.phase = state.STARTING
        self.process = self.blueprint.launch()
        self.identity = ProcessId.of(self.process.pid)

    def ask(self) -> bool:
        """Whether the part is well now; raises `LocalError` with the end of its log when it has ended."""
        if self.process is None or self.process.poll() is not None:
            self.phase = state.FAILED
            raise self.failure()
        settled = time.monotonic() - self.started_at >= self.blueprint.settle
        if self.phase != state.READY and settled and self.blueprint.is_well():
            self.phase = state.READY
        return self.phase == state.READY

    def failure(self) -> LocalError:
        code = None if self.process is None else self.process.returncode
        return failure(f"{self.name} ended with code {code}", self.blueprint.log)

    def watch(self) -> str | None:
        """Look after the part once; the news, if there are any."""
        now = time.monotonic()
        if self.phase == state.FAILED:
            return None
        if self.phase == state.RESTARTING:
            return self.restart() if now >= self.next_start else None
        if self.process is not None and self.process.poll() is None:
            if now - self.started_at > LONG_ENOUGH:
                self.restarts = 0
            came = self.phase == state.STARTING and self.ask()
            return f"{self.name} is well again" if came else None
        return self.fall()

    def fall(self) -> str:
        """The part has ended: end its own children, which may hold its port; plan the next start, or give it up."""
        if self.process is not None:
            end_group(self.process.pid)
        if self.restarts == RESTARTS:
            self.phase = state.FAILED
            return f"{self.failure()}\n{self.name} is given up after {RESTARTS} restarts; the other parts go on"
        delay = 2.0**self.restarts
        self.phase, self.next_start = state.RESTARTING, time.monotonic() + delay
        self.restarts += 1
        return f"{self.failure()}\nstarting {self.name} again in {delay:.0f} s"

    def restart(self) -> str | None:
        if self.process is not None:
            # What did not heed the request by now would hold the port of the part that starts.
            end_group(self.process.pid, signal.SIGKILL)
        try:
            self.start()
        except (LocalError, OSError) as error:
            self.process = None
            return f"{error}\n{self.fall()}"
        return None

    def stop(self) -> None:
        self.phase = state.STOPPED
        if self.process is not None:
            stop(self.process, self.blueprint.stop)

    def report(self) -> PartState:
        alive = self.process is not None and self.process.poll() is None
        return PartState(self.name, self.blueprint.address, self.phase, self.identity if alive else None, self.restarts)


def blueprint_of(part: Part, environment: Mapping[str, str], folder: Path, log: Path) -> Blueprint:
    """A part of the Procfile, run by a shell that gives way to it, so that signals reach the part itself."""

    def launch() -> subprocess.Popen:
        with log.open("ab") as output:
            return subprocess.Popen(
                ["/bin/sh", "-c", f"exec {part.command}"],
                env=dict(environment),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=follow_parent(signal.SIGTERM),
            )

    return Blueprint(part.name, part.address, launch, part.is_well, log, after=part.after, settle=part.settle)
