"""Weekly demand as a stream: a portfolio of any size is forecast some thousand series at a time, in the same memory.

A model sees the items of one chunk and a pool: a bounded sample of the whole portfolio from which it borrows. Where the
portfolio is no larger than either, chunk and pool are the portfolio, and nothing differs from reading it at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from heapq import nsmallest

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

ITEM = "item_id"

SERIES_PER_CHUNK = 5_000
SERIES_PER_POOL = 5_000


class NotSortedError(ValueError):
    """A stream of weekly demand is not sorted by item."""


def whole_series(batches: Iterable[pa.RecordBatch], most: int = SERIES_PER_CHUNK) -> Iterator[pa.Table]:
    """Cuts a stream into tables of whole series: `most` in each, fewer in the last.

    Args:
        batches: of one schema with a column `item_id`, sorted by it as `COLLATE "C"` sorts; of any size, may be empty.
        most: series per table, ≥ 1.

    Raises:
        NotSortedError: when an item comes after one that belongs behind it.
    """
    kept: list[pa.RecordBatch] = []
    series, item = 0, None
    for batch in batches:
        if not batch.num_rows:
            continue
        starts = _starts(batch, item)
        item = batch[ITEM][-1].as_py()
        first = 0
        while series + len(starts) > most:
            cut = int(starts[most - series])
            kept.append(batch.slice(first, cut - first))
            yield pa.Table.from_batches(kept)
            kept, series, first = [], 0, cut
            starts = starts[starts >= cut]
        kept.append(batch.slice(first))
        series += len(starts)
    if kept:
        yield pa.Table.from_batches(kept)


def drawn_for_pool(items: Iterable[str], most: int = SERIES_PER_POOL, seed: int = 0) -> list[str]:
    """A random sample of at most `most` of the items.

    Those with the smallest hashes are taken: the same ones on every run and in any order, and of a portfolio that grows
    by a few items nearly the same.

    Args:
        items: each once.
        most: items in the sample.
        seed: 0 to 2⁶⁴−1; each gives another sample.
    """
    return nsmallest(most, items, key=lambda item: _hash(item, seed))


def _starts(batch: pa.RecordBatch, before: str | None) -> NDArray[np.int64]:
    """The rows in which series begin that `before`, the item of the row ahead of the batch, is not.

    Raises:
        NotSortedError: when they do not rise.
    """
    names = batch[ITEM].to_numpy(zero_copy_only=False)
    starts = np.flatnonzero(np.append(names[0] != before, names[1:] != names[:-1]))
    begun = names[starts].tolist()
    for earlier, later in zip([before, *begun], begun, strict=False):
        if earlier is not None and later <= earlier:
            raise NotSortedError(f'Item {later!r} comes after {earlier!r}: the query must ORDER BY {ITEM} COLLATE "C".')
    return starts


def _hash(item: str, seed: int) -> bytes:
    return hashlib.blake2b(item.encode(), digest_size=8, key=seed.to_bytes(8, "big")).digest()
