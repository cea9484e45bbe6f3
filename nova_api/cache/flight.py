"""Single flight: of many callers who want the same thing at the same time, one does the work."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class SingleFlight(Generic[T]):
    """Work under way, by key."""

    def __init__(self) -> None:
        self._flights: dict[Hashable, asyncio.Task[T]] = {}

    async def run(self, key: Hashable, work: Callable[[], Awaitable[T]]) -> T:
        """Do the work, or wait for the one who does; a caller who goes away does not stop it for the others."""
        flight = self._flights.get(key)
        if flight is None:
            flight = asyncio.ensure_future(_awaited(work))
            self._flights[key] = flight
            flight.add_done_callback(lambda done: self._land(key, done))
        return await asyncio.shield(flight)

    def _land(self, key: Hashable, flight: asyncio.Task[T]) -> None:
        del self._flights[key]
        if not flight.cancelled():
            flight.exception()  # marks it as seen, for the case that every caller has gone away


async def _awaited(work: Callable[[], Awaitable[T]]) -> T:
    return await work()
