"""Small files that must never be seen half written, and locks that the kernel releases."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nova_local.errors import LocalError


def write_private(path: Path, text: str) -> None:
    """Replace `path` by `text` in one step; only this user can read it (mode 0600)."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@contextmanager
def locked(path: Path, *, wait: bool = True) -> Iterator[None]:
    """Hold an exclusive lock on `path` for the block.

    Raises `LocalError` at once when another process holds it and `wait` is false.
    """
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            raise LocalError(f"another process holds {path}") from None
        yield


def is_locked(path: Path) -> bool:
    """Whether a living process holds the lock on `path`."""
    if not path.exists():
        return False
    try:
        with locked(path, wait=False):
            return False
    except LocalError:
        return True
