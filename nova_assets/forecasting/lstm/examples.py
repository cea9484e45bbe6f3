"""What the network sees of an item before an origin, and what followed, both in units of the item's own mean."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Singles = NDArray[np.float32]

CHANNELS = 3


@dataclass(frozen=True)
class Series:
    """Demand of items (rows) by week (columns), as in `nova_assets.forecasting.portfolio.Portfolio`.

    Attributes:
        demand: shape (items, weeks), item's unit, ≥ 0, all ending in the same week.
        start: column of each item's first demand.
    """

    demand: Floats
    start: Integers

    @property
    def width(self) -> int:
        return self.demand.shape[1]


@dataclass(frozen=True)
class Examples:
    """Items on origins.

    Attributes:
        seen: shape (examples, window, `CHANNELS`): logarithm of 1 + demand in units of the mean, whether there was
            demand, whether the item was known.
        following: shape (examples, horizon), demand of the weeks from the origin on, in units of the mean; NaN beyond
            the last known week.
        mean: the item's mean weekly demand before the origin, since its first.
    """

    seen: Singles
    following: Singles
    mean: Floats


def drawn_origins(series: Series, count: int, random: np.random.Generator) -> tuple[Integers, Integers]:
    """Items and the columns before which they are seen: every item as often, its known weeks as often."""
    eligible = np.flatnonzero(series.width - series.start >= 2)
    rows = random.choice(eligible, count)
    first = series.start[rows] + 1
    return rows, first + (random.random(count) * (series.width - first)).astype(np.int64)


def examples(series: Series, rows: Integers, cuts: Integers, window: int, horizon: int) -> Examples:
    """The examples of `rows` before the columns `cuts`, each after its item's first demand."""
    known = np.concatenate([np.zeros((len(series.demand), 1)), series.demand.cumsum(axis=1)], axis=1)
    mean = known[rows, cuts] / (cuts - series.start[rows])
    weeks = cuts[:, None] + np.arange(-window, 0)
    demand = np.where(weeks >= 0, series.demand[rows[:, None], np.maximum(weeks, 0)], 0.0)
    seen = np.stack(
        [np.log1p(demand / mean[:, None]), demand > 0, weeks >= series.start[rows][:, None]], axis=2, dtype=np.float32
    )
    ahead = cuts[:, None] + np.arange(horizon)
    coming = series.demand[rows[:, None], np.minimum(ahead, series.width - 1)] / mean[:, None]
    return Examples(seen, np.where(ahead < series.width, coming, np.nan).astype(np.float32), mean)
