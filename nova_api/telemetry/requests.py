"""Answered requests: one line each, written together a few times a second, since a line at a time costs as much as the
answer itself."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TextIO

import msgspec

PAUSE = 0.25
"""Seconds for which lines may wait."""

MOST_WAITING = 200
"""Lines that are written at once: so few that no answer waits for them for more than a millisecond or two."""

log = logging.getLogger("nova_api.access")


class Served(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One request and its answer.

    Attributes:
        at: Unix time of its end.
        route: path template; None where no route was found.
        status: None when no answer was begun.
        milliseconds: from the first byte of the request to the last of the answer.
        cache: tier that the answer came from.
        user: id of the caller's account.
        trace: trace id of the caller's `traceparent`.
    """

    at: float
    method: str
    path: str
    route: str | None
    status: int | None
    milliseconds: float
    request_id: str
    cache: str | None = None
    user: str | None = None
    trace: str | None = None


class RequestLog:
    """Collects what was served, and hands it on in lots."""

    def __init__(self, form: str, stream: TextIO | None = None) -> None:
        """Write lines as `text` or `json`."""
        self._line: Callable[[Served], str] = json_line if form == "json" else text_line
        self._stream = stream
        self._waiting: list[Served] = []
        self._due: asyncio.TimerHandle | None = None
        self.watchers: list[Callable[[list[Served]], None]] = []

    def add(self, served: Served) -> None:
        """Take note of an answer."""
        self._waiting.append(served)
        if self._due is None:
            self._due = asyncio.get_running_loop().call_later(PAUSE, self.flush)
        elif len(self._waiting) >= MOST_WAITING:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        if self._due is not None:
            self._due.cancel()
            self._due = None
        lot, self._waiting = self._waiting, []
        if not lot:
            return
        if log.isEnabledFor(logging.INFO):
            stream = self._stream or sys.stderr
            stream.write("".join(map(self._line, lot)))
            stream.flush()
        for watch in self.watchers:
            watch(lot)


def text_line(served: Served) -> str:
    """A line for people, shaped like those of the other logs."""
    at = datetime.fromtimestamp(served.at).strftime("%Y-%m-%d %H:%M:%S,%f")[:-3]
    return (
        f"{at} INFO nova_api.access {served.method} {_printable(served.path)} {served.status or '-'} "
        f"{served.milliseconds:.1f} ms cache={served.cache or '-'} user={served.user or '-'} id={served.request_id}\n"
    )


def json_line(served: Served) -> str:
    """The same for machines."""
    return (
        msgspec.json.encode(
            {
                "time": datetime.fromtimestamp(served.at, UTC),
                "level": "INFO",
                "logger": "nova_api.access",
                **msgspec.to_builtins(served),
            }
        ).decode()
        + "\n"
    )


def _printable(path: str) -> str:
    return path if path.isprintable() else repr(path)  # a line break in a path must not make a line of its own
