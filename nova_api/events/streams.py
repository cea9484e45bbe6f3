"""Streams of server-sent events: what each of them says, how many there may be, and when they end."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import msgspec

from nova_api.errors import UnavailableError
from nova_api.versions import Known, VersionMap

HEARTBEAT = 15.0
"""Seconds after which a silent stream says that it lives; proxies cut those that say nothing."""

RETRY_MILLISECONDS = 3000


class Streams:
    """The open streams of this process."""

    def __init__(self, versions: VersionMap, most: int, heartbeat: float = HEARTBEAT) -> None:
        """Open at most so many streams."""
        self._versions = versions
        self._most = most
        self._heartbeat = heartbeat
        self._open = 0
        self._closing = asyncio.Event()

    def __len__(self) -> int:
        return self._open

    def close(self) -> None:
        """End all streams; their clients come back, to another process."""
        self._closing.set()

    @property
    def closing(self) -> bool:
        """Whether the process is about to end."""
        return self._closing.is_set()

    def check_room(self) -> None:
        """Check that another stream may be opened.

        Raises:
            UnavailableError: when there are too many, or the process is about to end.
        """
        if self._open >= self._most or self._closing.is_set():
            raise UnavailableError("this process keeps no more streams of events open", retry_after=5)

    async def stream(self, last_event_id: str | None, permitted: Callable[[], bool]) -> AsyncIterator[bytes]:
        """Events until the process ends or the caller is no longer permitted.

        The first one holds all versions, unless the client has them: it may have missed any number of moves.

        Args:
            last_event_id: what the client received last.
            permitted: whether the caller still may have them; asked before each event and heartbeat.
        """
        self._open += 1
        try:
            yield f"retry: {RETRY_MILLISECONDS}\n\n".encode()
            told = last_event_id
            while permitted() and not self._closing.is_set():
                known = self._versions.last_known
                if known is not None and event_id(known) != told:
                    told = event_id(known)
                    yield event(known)
                elif not await self._wait():
                    yield b": alive\n\n"
        finally:
            self._open -= 1

    async def _wait(self) -> bool:
        """Whether something moved within a heartbeat."""
        waits = [asyncio.ensure_future(self._versions.next_move()), asyncio.ensure_future(self._closing.wait())]
        try:
            done, _ = await asyncio.wait(waits, timeout=self._heartbeat, return_when=asyncio.FIRST_COMPLETED)
            return bool(done)
        finally:
            for wait in waits:
                wait.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.gather(*waits, return_exceptions=True)


def event_id(known: Known) -> str:
    """Names a state: versions only grow, so their sum does when one moves."""
    return str(sum(known.all_versions.values()))


def event(known: Known) -> bytes:
    """The event that tells a state."""
    data = msgspec.json.encode({"versions": known.all_versions}, order="sorted").decode()
    return f"event: versions\nid: {event_id(known)}\ndata: {data}\n\n".encode()
