"""Load shedding: how many may use the database at a time, and how many may wait for it.

What waits longer than its caller does is work for nobody. So the queue is short, and who finds it full hears so at
once.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from nova_api.errors import OverloadedError


class Gate:
    """Places, and a queue before them that is served in the order of arrival.

    Attributes:
        shed: callers who found the queue full, or waited in vain.
    """

    def __init__(self, places: int, queue: int, patience: float) -> None:
        """Open it.

        Args:
            places: callers that are let through at a time.
            queue: callers that may wait for a place.
            patience: seconds that each waits at most.
        """
        self.shed = 0
        self._free = asyncio.Semaphore(places)
        self._queue = queue
        self._waiting = 0
        self._patience = patience

    @property
    def waiting(self) -> int:
        """Callers in the queue."""
        return self._waiting

    @property
    def full(self) -> bool:
        """Whether a caller would have to wait."""
        return self._free.locked()

    @asynccontextmanager
    async def place(self) -> AsyncIterator[float]:
        """Hold a place; gives the seconds of patience that are left.

        Raises:
            OverloadedError: when the queue is full, or no place came free in time.
        """
        left = await self._enter()
        try:
            yield left
        finally:
            self._free.release()

    async def _enter(self) -> float:
        if not self.full:
            await self._free.acquire()
            return self._patience
        if self._waiting >= self._queue:
            raise self._shed()
        arrived = time.monotonic()
        self._waiting += 1
        try:
            async with asyncio.timeout(self._patience):
                await self._free.acquire()
        except TimeoutError:
            raise self._shed() from None
        finally:
            self._waiting -= 1
        return self._patience - (time.monotonic() - arrived)

    def _shed(self) -> OverloadedError:
        self.shed += 1
        return OverloadedError("more is asked of the warehouse than it can answer now")
