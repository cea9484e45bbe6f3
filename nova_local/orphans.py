"""What a killed `nova up` left running."""

from __future__ import annotations

import signal

from nova_local.processes import stop_found, stop_marked
from nova_local.state import State

DATABASE, CACHE = "postgres", "valkey"
SERVERS = (DATABASE, CACHE)


def stop_orphans(state: State) -> int:
    """End all processes of the run in `state`, whose supervisor is gone; PostgreSQL last. Says how many there were.

    The parts carry the run's mark, also their children. The two servers do not: PostgreSQL overwrites its environment
    with its title, and belongs to another user when we are root; they are found by number and start time.
    """
    stopped = stop_marked(state.run_id) if state.run_id else 0
    for name, request, patience in ((CACHE, signal.SIGTERM, 15.0), (DATABASE, signal.SIGINT, 60.0)):
        recorded = next((part.process for part in state.parts if part.name == name), None)
        process = recorded.find() if recorded else None
        if process is not None:
            stop_found([process], request, patience)
            stopped += 1
    return stopped
