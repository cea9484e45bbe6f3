"""`nova up --detach` and `nova down`: a supervisor that outlives its terminal."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence

from nova_local import state
from nova_local.errors import LocalError
from nova_local.files import is_locked
from nova_local.home import Home
from nova_local.logs import failure
from nova_local.orphans import stop_orphans
from nova_local.processes import ProcessId, is_alive
from nova_local.progress import Progress

PART = "nova"
STOP_PATIENCE = 180.0
PAUSE = 0.2


def start_detached(home: Home, arguments: Sequence[str], progress: Progress) -> None:
    """Run `nova up` with `arguments` in a session of its own and pass on what it says until all parts are well.

    Raises `LocalError` when it ends before that.
    """
    log = home.log(PART)
    with log.open("ab") as output:
        heard = output.tell()
        child = subprocess.Popen(
            [sys.executable, "-m", "nova_local", "up", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    identity = ProcessId.of(child.pid)
    with log.open(encoding="utf-8", errors="replace") as words:
        words.seek(heard)
        while True:
            ended = child.poll() is not None
            now = state.load(home.state)
            ready = now.phase == state.READY and now.supervisor is not None and now.supervisor.pid == identity.pid
            for line in words:
                progress.say(line.rstrip("\n"))
            if ended:
                raise LocalError(f"`nova up` ended with code {child.returncode}; all it said is in {log}")
            if ready:
                return
            time.sleep(PAUSE)


def stop_running(home: Home) -> str:
    """Stop the supervisor of this home and all its parts, or what a killed one left; says what was done.

    Raises `LocalError` with the end of its log when it does not end in time.
    """
    recorded = state.load(home.state)
    supervisor = recorded.supervisor.find() if recorded.supervisor else None
    if not is_locked(home.lock):
        orphans = stop_orphans(recorded)
        return f"ended {orphans} processes of a run that was killed" if orphans else "Nova is not running"
    if supervisor is None:
        raise LocalError(f"{home.lock} is held by a process that {home.state} does not name: try again in a second")
    supervisor.terminate()
    deadline = time.monotonic() + STOP_PATIENCE
    while is_locked(home.lock) or is_alive(supervisor):
        if time.monotonic() > deadline:
            raise failure(f"process {supervisor.pid} does not end", home.log(PART))
        time.sleep(PAUSE)
    return "stopped"
