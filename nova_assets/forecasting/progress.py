"""How far a long computation is: a callback that engines call, and the lines that a log gets from it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

SECONDS_BETWEEN_LINES = 30.0


class OnProgress(Protocol):
    """Called as work gets done, in the thread that asked for it."""

    def __call__(self, done: int, total: int) -> None:
        """`done` of `total` series are done."""
        ...


def silent(done: int, total: int) -> None:
    """For whoever does not want to know."""


def part_of(on_progress: OnProgress, before: int, whole: int) -> OnProgress:
    """Progress of one part of a larger work: `before` series were done ahead of it, `whole` are to be done in all."""

    def told(done: int, total: int) -> None:
        on_progress(before + done, whole)

    return told


class ProgressLog:
    """Lines such as “auto_arima: 1,200 of 5,000 series, about 3 min left”, now and then.

    The first one comes after `every` seconds, so that what is quickly done stays silent.

    Args:
        name: what is computed.
        write: takes a line, as `context.log.info` does.
        every: least seconds between two lines.
        clock: seconds, as `time.monotonic` tells them.
    """

    def __init__(
        self,
        name: str,
        write: Callable[[str], object],
        every: float = SECONDS_BETWEEN_LINES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name, self._write, self._every, self._clock = name, write, every, clock
        self._written = clock()
        self._first: tuple[float, int] | None = None

    def __call__(self, done: int, total: int) -> None:
        now = self._clock()
        # The pace is that since the first report: what came before are libraries that were loaded.
        started, before = self._first = self._first or (now, done)
        if not before < done < total or now - self._written < self._every:
            return
        self._written = now
        left = (now - started) / (done - before) * (total - done)
        self._write(f"{self._name}: {done:,} of {total:,} series, about {_duration(left)} left")


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(seconds, 1):.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
