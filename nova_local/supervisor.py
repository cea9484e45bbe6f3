"""The process that owns all parts of one home: it begins them, looks after them and ends them.

The parts are children of this process and of nobody else: it holds the home's lock as long as it lives, the kernel
ends the children when it dies (Linux), and what still survives carries the run's mark and is ended by the next start.
"""

from __future__ import annotations

import os
import signal
import time
import uuid
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

from nova_local import logs, state
from nova_local.errors import LocalError
from nova_local.files import locked
from nova_local.home import Home
from nova_local.orphans import SERVERS, stop_leftovers, stop_orphans
from nova_local.parts import choose_ports
from nova_local.processes import ProcessId
from nova_local.progress import Progress
from nova_local.service import Blueprint, Service
from nova_local.state import State

PATIENCE = 180.0  # seconds for the parts to be well at the start
PAUSE = 0.25
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopRequested(BaseException):
    """Ctrl-C, SIGTERM or a closed terminal: end everything. Not an error, so that no `except Exception` eats it."""


class Supervisor:
    """One run of one home. Use it inside `supervise`, which makes sure that everything ends."""

    def __init__(self, home: Home, progress: Progress) -> None:
        self.home = home
        self.progress = progress
        self.services: list[Service] = []
        self.state = State()
        self.saved: State | None = None

    def take_over(self) -> None:
        """Clear what a killed predecessor left, and record this run before its first child exists."""
        before = state.load(self.home.state)
        if orphans := stop_orphans(before):
            self.progress.warn(f"ended {orphans} processes that an earlier run left behind")
        self.bound_logs()
        self.state = State(
            phase=state.STARTING,
            run_id=uuid.uuid4().hex,
            supervisor=ProcessId.of(os.getpid()),
            started_at=datetime.now(UTC).isoformat(timespec="seconds"),
            ports=before.ports,
        )
        self.choose_ports()

    def choose_ports(self, keep: Collection[str] = ()) -> None:
        """Give every part a free port, but those named in `keep` the one they have."""
        self.state = replace(self.state, ports=choose_ports(self.state.ports, keep))
        self.save()

    def begin(self, blueprints: Sequence[Blueprint]) -> None:
        """Start parts, each once those it comes `after` are well, and wait until all are.

        Raises `LocalError` when one ends or is not well in time: at the start nothing is tried twice.
        """
        waiting = [Service(blueprint) for blueprint in blueprints]
        deadline = time.monotonic() + PATIENCE
        while waiting:
            if time.monotonic() > deadline:
                names = ", ".join(service.name for service in waiting)
                raise LocalError(f"not well after {PATIENCE:.0f} s: {names}; look into {self.home.logs}")
            pending = {service.name for service in waiting}
            for service in waiting:
                if service.process is None and not pending.intersection(service.blueprint.after):
                    self.services.append(service)
                    service.start()
                    self.save()
            waiting = [service for service in waiting if service.process is None or not service.ask()]
            self.save()
            time.sleep(PAUSE if waiting else 0)

    def note(self, **changes: str) -> None:
        """Record something else about this run."""
        self.state = replace(self.state, **changes)
        self.save()

    def look_after(self) -> None:
        """Restart what falls and keep the logs short, until a stop is requested."""
        while True:
            for service in self.services:
                if news := service.watch():
                    self.progress.warn(news)
            self.bound_logs()
            self.save()
            time.sleep(PAUSE * 4)

    def bound_logs(self) -> None:
        for log in self.home.logs.glob("*.log"):
            logs.bound(log)

    def save(self) -> None:
        """Write the state when it has changed."""
        current = replace(self.state, parts=tuple(service.report() for service in self.services))
        if current != self.saved:
            state.save(self.home.state, current)
            self.state = self.saved = current

    def stop(self, phase: str) -> None:
        """End the parts together, then what they started (a run's worker tells the database how it ended), then the
        cache, and PostgreSQL last."""
        self.note(phase=state.STOPPING)
        running = self.state
        parts = [service for service in self.services if service.name not in SERVERS]
        servers = [service for service in self.services if service.name in SERVERS]
        with ThreadPoolExecutor(max_workers=max(1, len(parts))) as pool:
            list(pool.map(Service.stop, parts))
        stop_leftovers(running)
        for service in reversed(servers):
            service.stop()
        self.state = replace(self.state, phase=phase, supervisor=None)
        self.save()


@contextmanager
def supervise(home: Home, progress: Progress) -> Iterator[Supervisor]:
    """A supervisor that holds the home; at the end of the block, however it comes, all processes are gone.

    A request to stop ends the block without an error. Raises `LocalError` when another process holds the home.
    """
    with locked(home.lock, wait=False):
        supervisor = Supervisor(home, progress)
        phase = state.STOPPED
        for number in ENDING:
            signal.signal(number, request_stop)
        try:
            supervisor.take_over()
            yield supervisor
        except StopRequested:
            progress.say("stopping")
        except BaseException:
            phase = state.FAILED
            raise
        finally:
            for number in ENDING:
                signal.signal(number, signal.SIG_IGN)  # impatience must not leave anything half stopped
            supervisor.stop(phase)


def request_stop(number: int, frame: object) -> None:
    raise StopRequested
