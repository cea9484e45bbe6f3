"""What parts of Nova leave running: run workers and builds at a stop, everything after the supervisor was killed."""

from __future__ import annotations

import signal

from nova_local.processes import belonging, stop_found
from nova_local.state import State

DATABASE, CACHE = "postgres", "valkey"
SERVERS = (DATABASE, CACHE)


def stop_leftovers(state: State, patience: float = 15) -> int:
    """End whatever the parts of this run, but not the two servers, left; says how many processes there were."""
    leaders = [part.process for part in state.parts if part.process is not None and part.name not in SERVERS]
    left = belonging(state.run_id, leaders) if state.run_id else []
    stop_found(left, signal.SIGTERM, patience)
    return len(left)


def stop_orphans(state: State) -> int:
    """End all processes of a run whose supervisor is gone, PostgreSQL last; says how many there were."""
    stopped = stop_leftovers(state)
    for name, request, patience in ((CACHE, signal.SIGTERM, 15.0), (DATABASE, signal.SIGINT, 60.0)):
        recorded = next((part.process for part in state.parts if part.name == name), None)
        process = recorded.find() if recorded else None
        if process is not None:
            stop_found([process], request, patience)
            stopped += 1
    return stopped
