"""The version map: which version of each dataset is the current one, as far as this process knows.

PostgreSQL is the source of truth. A connection of its own listens to `nova_versions`; each notification, and each
`poll_interval` without one, makes it read the whole small table again, so that a lost notification costs no more than
one interval. When the connection is lost the map counts as unconfirmed until it has read the table again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import asyncpg
import msgspec

from nova_api.database import session_settings
from nova_api.settings import Settings
from nova_api.sqltexts import read_sql

CHANNEL = "nova_versions"
log = logging.getLogger(__name__)


class DatasetVersion(msgspec.Struct, frozen=True, kw_only=True):
    """One row of `support.dataset_versions`."""

    dataset: str
    version: int
    row_count: int
    data_through: date | None
    run_id: str | None
    changed_at: datetime
    materialized_at: datetime


@dataclass(frozen=True)
class Known:
    """The catalogue as it was read.

    Attributes:
        datasets: the rows, by dataset.
        read_at: Unix time of the reading.
    """

    datasets: Mapping[str, DatasetVersion]
    read_at: float

    def versions(self, datasets: Sequence[str]) -> dict[str, int]:
        """Versions of some datasets; 0 for one that was never materialized."""
        return {name: self.datasets[name].version if name in self.datasets else 0 for name in datasets}


class VersionMap:
    """Follows `support.dataset_versions`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._known: Known | None = None
        self._connected = False
        self._woken = asyncio.Event()
        self._first_reading = asyncio.Event()
        self._follower: asyncio.Task[None] | None = None

    @property
    def last_known(self) -> Known | None:
        """The last reading, however old; None before the first."""
        return self._known

    @property
    def confirmed(self) -> Known | None:
        """The last reading while it can be relied on: the connection stands and the reading is recent."""
        known = self._known
        if known is None or not self._connected:
            return None
        return known if time.time() - known.read_at <= 3 * self._settings.poll_interval else None

    async def start(self, patience: float = 2.0) -> None:
        """Begin to follow; wait for the first reading no longer than `patience` seconds."""
        self._follower = asyncio.create_task(self._follow(), name="version map")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._first_reading.wait(), patience)

    async def stop(self) -> None:
        """Stop following."""
        if self._follower is not None:
            self._follower.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._follower

    async def _follow(self) -> None:
        reported = False
        while True:
            try:
                await self._follow_one_connection()
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                if self._connected or not reported:
                    log.warning("versions cannot be confirmed: %s: %s", type(error).__name__, error)
                reported = True
            finally:
                self._connected = False
            await asyncio.sleep(min(0.5, self._settings.poll_interval))

    async def _follow_one_connection(self) -> None:
        connection = await asyncpg.connect(
            self._settings.database_url,
            timeout=self._settings.poll_interval,  # pyright: ignore[reportArgumentType]
            command_timeout=self._settings.poll_interval,
            server_settings=session_settings(self._settings) | {"application_name": "nova_api versions"},
        )
        try:
            connection.add_termination_listener(self._lost)
            await connection.add_listener(CHANNEL, self._wake)
            while True:
                self._woken.clear()
                self._learn(await connection.fetch(read_sql("dataset_catalogue")))
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), self._settings.poll_interval)
        finally:
            connection.terminate()

    def _learn(self, rows: Sequence[asyncpg.Record]) -> None:
        datasets = {row["dataset"]: DatasetVersion(**row) for row in rows}
        self._known = Known(datasets, time.time())
        if not self._connected:
            log.info("following the versions of %d datasets", len(datasets))
        self._connected = True
        self._first_reading.set()

    def _wake(self, *_: object) -> None:
        self._woken.set()

    def _lost(self, *_: object) -> None:
        self._connected = False
        self._woken.set()
