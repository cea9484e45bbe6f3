"""Log files of the parts: one per part, appended to by the part itself, bounded by the supervisor."""

from __future__ import annotations

import os
from pathlib import Path

from nova_local.errors import LocalError

LIMIT_BYTES = 10_000_000


def failure(message: str, log: Path) -> LocalError:
    """An error that shows the end of the log in which its cause stands."""
    return LocalError(f"{message}; {log} says:\n{tail(log)}")


def tail(path: Path, lines: int = 20) -> str:
    """The last lines of a log, empty when there is none yet."""
    if not path.exists():
        return ""
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - 400 * lines))
        text = file.read().decode("utf-8", "replace")
    return "\n".join(text.splitlines()[-lines:])


def bound(path: Path, limit: int = LIMIT_BYTES) -> None:
    """Move a log that has grown past `limit` bytes to `<name>.1` and empty it.

    The writer keeps its open file (it appends, so it goes on at the new start); what it writes between the copy and
    the cut is lost, which we accept: a pipe through us would lose everything when we are killed.
    """
    if not path.exists() or path.stat().st_size <= limit:
        return
    kept = path.with_suffix(path.suffix + ".1")
    with path.open("rb+") as file:
        file.seek(-limit, os.SEEK_END)
        kept.write_bytes(file.read())
        file.truncate(0)
