"""Series as plain arrays, and the one call that forecasts them: in this process, in a worker, or on a cluster.

A worker imports this module and the library that computes, nothing else: not pandas, not Dagster.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd
    from threadpoolctl import ThreadpoolController

Floats = NDArray[np.float64]

CACHE_LINE = 64


@dataclass(frozen=True)
class Series:
    """Series one after another.

    Attributes:
        values: all their values, item's unit.
        lengths: how many of them belong to each series, ≥ 1.
    """

    values: Floats
    lengths: NDArray[np.int64]

    @classmethod
    def of(cls, frame: pd.DataFrame) -> Series:
        """From `unique_id, ds, y`, sorted by series and week; the series keep their order."""
        ids = frame["unique_id"].to_numpy()
        starts = np.flatnonzero(np.append(np.ones(min(len(ids), 1), dtype=bool), ids[1:] != ids[:-1]))
        return cls(frame["y"].to_numpy(dtype=np.float64), np.diff(np.append(starts, len(ids))))

    def __len__(self) -> int:
        return len(self.lengths)

    def __iter__(self) -> Iterator[Floats]:
        return iter(np.split(self.values, self.ends[:-1]) if len(self) else [])

    @cached_property
    def ends(self) -> NDArray[np.int64]:
        """Where in `values` each series ends."""
        return np.cumsum(self.lengths)

    def part(self, first: int, last: int) -> Series:
        """The series `first` (inclusive) to `last` (exclusive)."""
        begin = self.ends[first - 1] if first else 0
        lengths = self.lengths[first:last]
        return Series(self.values[begin : begin + lengths.sum()], lengths)

    def parts(self, most: int) -> list[Series]:
        """All of them, `most` series at a time."""
        return [self.part(first, first + most) for first in range(0, len(self), most)]


def means_of(estimator: Any, series: Series, horizon: int) -> Floats:
    """Mean forecasts (series, weeks) for the `horizon` weeks after each series' last one.

    The same to the last bit in any process and any batch: the libraries' own threads are held at one, and each series
    is copied to one place, because the order in which vector instructions add up depends on where in memory the values
    begin (seen with AutoTheta).

    Args:
        estimator: a model of `statsforecast.models`; each has this `forecast` method, without a data frame around it.
        series: the series.
        horizon: number of weeks.
    """
    means = np.empty((len(series), horizon))
    place = _aligned(int(series.lengths.max(initial=0)))
    with _threads_of(type(estimator)).limit(limits=1):
        for row, values in enumerate(series):
            copy = place[: len(values)]
            copy[:] = values
            means[row] = estimator.forecast(y=copy, h=horizon)["mean"]
    return means


@cache
def _threads_of(estimator: type) -> ThreadpoolController:
    """The threads of the libraries that are loaded when an estimator is first asked: looking for them takes longer than
    forecasting a hundred series."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def _aligned(length: int) -> Floats:
    """An array that begins where the widest vector registers do."""
    spare = np.empty(length + CACHE_LINE // 8)
    first = -spare.ctypes.data % CACHE_LINE // 8
    return spare[first : first + length]
