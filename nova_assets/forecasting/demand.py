"""The demand of a portfolio of any size: read once as a stream, kept on disk, seen some thousand series at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pyarrow as pa

from nova_assets.forecasting.chunks import ITEM, SERIES_PER_CHUNK, SERIES_PER_POOL, pool_of, whole_series
from nova_assets.forecasting.history import History

SCHEMA = pa.schema(
    [
        (ITEM, pa.string()),
        ("week", pa.date32()),
        ("demand", pa.float64()),
        ("adjustment", pa.float64()),
        ("family", pa.string()),
        ("unit", pa.string()),
    ]
)
"""Weekly demand as it is read: item, Monday, demand and what is to be added to it in the item's unit, family, unit."""

MOST_SERIES_KEPT = 10_000
"""Series times origins whose histories stay in memory for the next model; some 40 MB."""


@dataclass(frozen=True)
class StoredDemand:
    """Weekly demand in a file of chunks, and what is known of it on an origin.

    Attributes:
        path: Arrow file, one record batch per chunk of whole series.
        items: how many items it holds.
        chunks: how many chunks.
        pool: sample of the items from which models borrow; empty where none was asked for.
        last_week: Monday of the last week that is known; None without demand.
        adjusted: whether models see unusual quantities adjusted.
    """

    path: Path
    items: int
    chunks: int
    pool: pa.Table
    last_week: date | None = None
    adjusted: bool = False

    def known_on(self, origin: date) -> Iterator[tuple[History, History]]:
        """What is known before an origin, part by part: the items to forecast, and the pool to borrow from.

        Where all items are in one chunk and in the pool, there is one part and its pool is itself.
        """
        if self.chunks <= 1 and self.pool.num_rows == self._chunk(0).num_rows:
            history = self._history(origin, self.pool)
            yield history, history
            return
        pool = self._history(origin, self.pool)
        for number in range(self.chunks):
            yield self._history(origin, self._chunk(number)), pool

    def frames(self) -> Iterator[pd.DataFrame]:
        """All demand `unique_id, ds, y, adjustment, family, unit`, part by part of whole series."""
        for number in range(self.chunks):
            yield self._only if self.chunks == 1 else demand_frame(self._chunk(number))

    @cached_property
    def _only(self) -> pd.DataFrame:
        return demand_frame(self._chunk(0))

    def _history(self, origin: date, demand: pa.Table) -> History:
        return History.before(origin, demand_frame(demand), self.adjusted)

    def _chunk(self, number: int) -> pa.Table:
        if not self.chunks:
            return SCHEMA.empty_table()
        with pa.OSFile(str(self.path)) as file:
            return pa.Table.from_batches([pa.ipc.open_file(file).get_batch(number)])


@contextmanager
def stored_demand(
    batches: Iterable[pa.RecordBatch],
    per_chunk: int = SERIES_PER_CHUNK,
    per_pool: int = SERIES_PER_POOL,
    adjusted: bool = False,
) -> Iterator[StoredDemand]:
    """Weekly demand on disk for as long as the context lasts.

    Args:
        batches: columns of `SCHEMA`, sorted by item (`COLLATE "C"`) and week.
        per_chunk: series in a chunk.
        per_pool: series in the pool; 0: nobody borrows.
        adjusted: whether models see unusual quantities adjusted.

    Raises:
        NotSortedError: the stream is not sorted.
    """
    with TemporaryDirectory(prefix="nova-demand-") as folder:
        path = Path(folder) / "demand.arrow"
        options = pa.ipc.IpcWriteOptions(compression="lz4")
        counts: list[int] = []
        weeks: list[date] = []
        with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, SCHEMA, options=options) as writer:

            def written() -> Iterator[pa.Table]:
                for chunk in whole_series((batch.cast(SCHEMA) for batch in batches), per_chunk):
                    writer.write_table(chunk.combine_chunks())
                    counts.append(len(chunk[ITEM].unique()))
                    weeks.append(max(chunk["week"].unique().to_pylist()))
                    yield chunk

            chunks = written()
            pool = pool_of(chunks, per_pool) if per_pool else None
            deque(chunks, maxlen=0)
        pool = SCHEMA.empty_table() if pool is None else pool
        yield StoredDemand(path, sum(counts), len(counts), pool, max(weeks, default=None), adjusted)


def demand_frame(demand: pa.Table) -> pd.DataFrame:
    """Weekly demand `unique_id, ds, y, adjustment, family, unit`."""
    names = {ITEM: "unique_id", "week": "ds", "demand": "y"}
    renamed = demand.rename_columns([names.get(name, name) for name in demand.column_names])
    return renamed.to_pandas(date_as_object=False, categories=["family", "unit"])
