"""The version map: which version of each dataset is the current one, as far as this process knows."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import asyncpg
import msgspec

from nova_api.follower import Follower
from nova_api.settings import Settings


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

    @property
    def all_versions(self) -> dict[str, int]:
        """Version of every dataset."""
        return {name: dataset.version for name, dataset in self.datasets.items()}

    def versions(self, datasets: Sequence[str]) -> dict[str, int]:
        """Versions of some datasets; 0 for one that was never materialized."""
        return {name: self.datasets[name].version if name in self.datasets else 0 for name in datasets}


class VersionMap(Follower):
    """Follows `support.dataset_versions`."""

    subject = "versions"
    channel = "nova_versions"
    query = "dataset_catalogue"

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._known: Known | None = None
        self._moved = asyncio.Event()

    @property
    def last_known(self) -> Known | None:
        """The last reading, however old; None before the first."""
        return self._known

    @property
    def confirmed(self) -> Known | None:
        """The last reading while it can be relied on: the connection stands and the reading is recent."""
        known = self._known
        if known is None or not self.connected:
            return None
        return known if time.time() - known.read_at <= 3 * self._settings.poll_interval else None

    def learn(self, rows: Sequence[asyncpg.Record]) -> None:
        """Take over the rows of the table, and wake who waits for a version to move."""
        before = self._known
        self._known = known = Known({row["dataset"]: DatasetVersion(**row) for row in rows}, time.time())
        if before is None or before.all_versions != known.all_versions:
            self._moved.set()
            self._moved = asyncio.Event()

    async def next_move(self) -> None:
        """Wait until a version moves."""
        await self._moved.wait()
