"""The demand of a portfolio of any size: read once as a stream, kept on disk, seen some thousand series at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from nova_assets.forecasting.chunks import ITEM, SERIES_PER_CHUNK, SERIES_PER_POOL, drawn_for_pool, whole_series
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

SERIES_PER_PIECE = 500
"""Series that lie together in the file, and of which rows are in memory: a few megabytes."""

MOST_SERIES_KEPT = 10_000
"""Series times origins whose histories stay in memory for the next model; some 20 MB."""


@dataclass(frozen=True)
class StoredDemand:
    """Weekly demand in a file of whole series, and what is known of it on an origin.

    Attributes:
        path: Arrow file, one record batch per piece of whole series.
        pool_path: the same of the items from which models borrow; `path` where they borrow from all.
        items: how many items there are.
        chunks: first and last piece (exclusive) of the items that are looked at together.
        last_week: Monday of the last week that is known; None without demand.
        adjusted: whether models see unusual quantities adjusted.
    """

    path: Path
    pool_path: Path
    items: int
    chunks: tuple[range, ...]
    last_week: date | None = None
    adjusted: bool = False

    def known_on(self, origin: date) -> Iterator[tuple[History, History]]:
        """What is known before an origin, part by part: the items to forecast, and the pool to borrow from.

        Where all items are in one chunk and in the pool, there is one part and its pool is itself.
        """
        pool = self._history(origin, _pieces(self.pool_path))
        if len(self.chunks) <= 1 and self.pool_path == self.path:
            yield pool, pool
            return
        for chunk in self.chunks:
            yield self._history(origin, _pieces(self.path, chunk)), pool

    def frames(self) -> Iterator[pd.DataFrame]:
        """All demand `unique_id, ds, y, adjustment, family, unit`, part by part of whole series."""
        for chunk in self.chunks or (range(0),):
            yield self._only if len(self.chunks) == 1 else self._frame(chunk)

    @cached_property
    def _only(self) -> pd.DataFrame:
        return self._frame(self.chunks[0])

    def _frame(self, chunk: range) -> pd.DataFrame:
        return demand_frame(pa.Table.from_batches(_pieces(self.path, chunk), SCHEMA))

    def _history(self, origin: date, pieces: Iterable[pa.RecordBatch]) -> History:
        """Made piece by piece: the rows of a piece take ten times the memory of what is kept of it."""
        frames = (demand_frame(pa.Table.from_batches([piece])) for piece in pieces)
        parts = [History.before(origin, frame, self.adjusted) for frame in frames]
        return History.together(parts or [History.before(origin, demand_frame(SCHEMA.empty_table()), self.adjusted)])


def _pieces(path: Path, chosen: range | None = None) -> Iterator[pa.RecordBatch]:
    with pa.OSFile(str(path)) as file:
        reader = pa.ipc.open_file(file)
        for number in range(reader.num_record_batches) if chosen is None else chosen:
            yield reader.get_batch(number)


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
        per_chunk: series in a chunk; a multiple of `SERIES_PER_PIECE`, or fewer.
        per_pool: series in the pool; 0: nobody borrows.
        adjusted: whether models see unusual quantities adjusted.

    Raises:
        NotSortedError: the stream is not sorted.
    """
    with TemporaryDirectory(prefix="nova-demand-") as folder:
        path, pool_path = Path(folder) / "demand.arrow", Path(folder) / "pool.arrow"
        per_piece = min(per_chunk, SERIES_PER_PIECE)
        counts: list[int] = []
        weeks: list[date] = []
        with _writing(path) as write:

            def written() -> Iterator[str]:
                for piece in whole_series((batch.cast(SCHEMA) for batch in batches), per_piece):
                    write(piece.combine_chunks())
                    items = piece[ITEM].unique().to_pylist()
                    counts.append(len(items))
                    weeks.append(piece["week"].to_numpy().max().item())
                    yield from items

            items = written()
            drawn = drawn_for_pool(items, per_pool)
            deque(items, maxlen=0)
        if per_pool and len(drawn) == sum(counts):
            pool_path = path
        else:
            _write_pool(pool_path, _pieces(path), drawn)
        every = max(per_chunk // per_piece, 1)
        chunks = tuple(range(first, min(first + every, len(counts))) for first in range(0, len(counts), every))
        yield StoredDemand(path, pool_path, sum(counts), chunks, max(weeks, default=None), adjusted)


def _write_pool(path: Path, pieces: Iterable[pa.RecordBatch], items: Sequence[str]) -> None:
    drawn = pa.array(items, pa.string())
    with _writing(path) as write:
        for piece in pieces if items else ():
            lent = pa.Table.from_batches([piece]).filter(pc.field(ITEM).isin(drawn))
            if lent.num_rows:
                write(lent.combine_chunks())


@contextmanager
def _writing(path: Path) -> Iterator[Callable[[pa.Table], None]]:
    """Gives what takes the pieces, each of which becomes a batch of the file."""
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, SCHEMA, options=options) as writer:
        yield writer.write_table


def demand_frame(demand: pa.Table) -> pd.DataFrame:
    """Weekly demand `unique_id, ds, y, adjustment, family, unit`."""
    names = {ITEM: "unique_id", "week": "ds", "demand": "y"}
    renamed = demand.rename_columns([names.get(name, name) for name in demand.column_names])
    return renamed.to_pandas(date_as_object=False, categories=["family", "unit"])
