"""Following a small table: what it holds is known in the memory of this process, and read again when it changes.

PostgreSQL is the source of truth. A connection of its own listens to a channel; each notification, and each
`poll_interval` without one, makes it read the whole small table again, so that a lost notification costs no more than
one interval. When the connection is lost the reading counts as unconfirmed until the table was read again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from abc import ABC, abstractmethod
from collections.abc import Sequence

import asyncpg

from nova_api.database import session_settings
from nova_api.settings import Settings
from nova_api.sqltexts import read_sql

log = logging.getLogger(__name__)


class Follower(ABC):
    """Reads a query's rows again whenever its channel is notified.

    Attributes:
        subject: what is followed, for the log.
        channel: the notifications that say that it changed.
        query: name of its text in `sql/api`.
    """

    subject: str
    channel: str
    query: str

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._connected = False
        self._woken = asyncio.Event()
        self._awaited: list[asyncio.Future[None]] = []
        self._follower: asyncio.Task[None] | None = None

    @abstractmethod
    def learn(self, rows: Sequence[asyncpg.Record]) -> None:
        """Take over what was read."""

    @property
    def connected(self) -> bool:
        """Whether the connection that listens stands."""
        return self._connected

    async def start(self, patience: float = 2.0) -> None:
        """Begin to follow; wait for the first reading no longer than `patience` seconds."""
        self._follower = asyncio.create_task(self._follow(), name=f"follower of {self.subject}")
        await self._next_reading(patience)

    async def stop(self) -> None:
        """Stop following."""
        # A library that it waits in may take a cancellation for its own and go on.
        while self._follower is not None and not self._follower.done():
            self._follower.cancel()
            await asyncio.wait({self._follower}, timeout=1)

    async def read_again(self, patience: float = 1.0) -> None:
        """Have the table read once more, from now on; wait for it no longer than `patience` seconds."""
        self._woken.set()
        await self._next_reading(patience)

    async def _next_reading(self, patience: float) -> None:
        reading = asyncio.get_running_loop().create_future()
        self._awaited.append(reading)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await reading

    async def _follow(self) -> None:
        reported = False
        while True:
            try:
                await self._follow_one_connection()
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                if self._connected or not reported:
                    log.warning("%s cannot be confirmed: %s: %s", self.subject, type(error).__name__, error)
                reported = True
            finally:
                self._connected = False
            await asyncio.sleep(min(0.5, self._settings.poll_interval))

    async def _follow_one_connection(self) -> None:
        connection = await asyncpg.connect(
            self._settings.database_url,
            timeout=self._settings.poll_interval,  # pyright: ignore[reportArgumentType]
            command_timeout=self._settings.poll_interval,
            server_settings=session_settings(self._settings) | {"application_name": f"nova_api {self.subject}"},
        )
        try:
            connection.add_termination_listener(self._lost)
            await connection.add_listener(self.channel, self._wake)
            while True:
                self._woken.clear()
                # Who asks from here on may have seen what this reading does not show: the next one is theirs.
                awaited, self._awaited = self._awaited, []
                rows = await connection.fetch(read_sql(self.query))
                self.learn(rows)
                if not self._connected:
                    log.info("following %s: %d rows", self.subject, len(rows))
                self._connected = True
                for reading in awaited:
                    if not reading.done():
                        reading.set_result(None)
                with contextlib.suppress(TimeoutError):
                    # wait_for of Python 3.11 forgets a cancellation that comes with what it waits for.
                    async with asyncio.timeout(self._settings.poll_interval):
                        await self._woken.wait()
        finally:
            connection.terminate()

    def _wake(self, *_: object) -> None:
        self._woken.set()

    def _lost(self, *_: object) -> None:
        self._connected = False
        self._woken.set()
