"""Which user a server runs as, and how a child learns that its parent is gone."""

from __future__ import annotations

import ctypes
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1
OVERFLOW_ID = 65534  # what Linux itself calls "nobody" where the name is absent


@dataclass(frozen=True)
class Identity:
    """A user to run a child as; `None` in both fields means: as ourselves."""

    uid: int | None = None
    gid: int | None = None

    @property
    def popen(self) -> dict[str, Any]:
        """Keyword arguments for `subprocess`."""
        return {} if self.uid is None else {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Give `path` to this user."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def run(self, command: Sequence[str | Path]) -> subprocess.CompletedProcess[str]:
        """Run a short command as this user, from `/` because our own folder may be closed to it."""
        return subprocess.run(list(command), capture_output=True, text=True, cwd="/", check=False, **self.popen)

    def can_execute(self, program: Path) -> bool:
        """Whether this user reaches `program` and all its shared libraries."""
        try:
            return self.run([program, "--version"]).returncode == 0
        except PermissionError:
            return False

    def can_enter(self, folder: Path) -> bool:
        return self.run(["test", "-x", folder]).returncode == 0


def unprivileged() -> Identity:
    """Ourselves, or, since PostgreSQL refuses root: `postgres`, else `nobody`, else uid 65534. No user is created."""
    if os.geteuid() != 0:
        return Identity()
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Identity(entry.pw_uid, entry.pw_gid)
    return Identity(OVERFLOW_ID, OVERFLOW_ID)


def follow_parent(death_signal: signal.Signals) -> Callable[[], None] | None:
    """A `preexec_fn` that has the kernel send `death_signal` to the child when this process dies, even by SIGKILL.

    Linux only: elsewhere `None`, and what survives is found by the next start (see `orphans`). The signal follows the
    thread that forks, so children are started from the main thread.
    """
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def ask_kernel() -> None:
        prctl(PR_SET_PDEATHSIG, int(death_signal))
        if os.getppid() != parent:  # it died before we could ask
            os._exit(1)

    return ask_kernel
