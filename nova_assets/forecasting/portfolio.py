"""The demand of all items as one matrix, for models that learn from the whole portfolio at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Portfolio:
    """Demand of items (rows) by week (columns), all ending in the same week.

    Attributes:
        demand: shape (items, weeks), item's unit, ≥ 0; zero before an item's first demand.
        start: column of each item's first demand.
    """

    demand: Floats
    start: Integers

    @classmethod
    def of(cls, series: Floats, lengths: Integers) -> Portfolio:
        """From the series one after another, each as long as `lengths` says and beginning with its first demand."""
        width = int(lengths.max(initial=0))
        started = np.arange(width) >= (width - lengths)[:, None]
        demand = np.zeros(started.shape)
        demand[started] = series
        return cls(demand, width - lengths)

    @property
    def items(self) -> int:
        """How many items."""
        return self.demand.shape[0]

    @property
    def width(self) -> int:
        """Weeks since the portfolio's first demand."""
        return self.demand.shape[1]

    @cached_property
    def started(self) -> NDArray[np.bool_]:
        """Whether a week is that of the item's first demand or later: shape as `demand`."""
        return np.arange(self.width) >= self.start[:, None]

    @property
    def weeks(self) -> Integers:
        """Weeks from each item's first demand on."""
        return self.width - self.start

    @cached_property
    def demands(self) -> Integers:
        """Weeks with demand of each item, at least 1."""
        return np.count_nonzero(self.demand, axis=1)

    @cached_property
    def quiet(self) -> Integers:
        """Weeks since each item's latest week with demand; 0 where that is the last week."""
        return (self.demand[:, ::-1] > 0).argmax(axis=1)

    @cached_property
    def mean(self) -> Floats:
        """Mean weekly demand since the first demand."""
        return self.demand.sum(axis=1) / self.weeks

    @cached_property
    def variance(self) -> Floats:
        """Sample variance of weekly demand since the first demand; 0 with one week."""
        squares = ((self.demand - self.mean[:, None]) ** 2 * self.started).sum(axis=1)
        return squares / np.maximum(self.weeks - 1, 1)

    @cached_property
    def scale(self) -> Floats:
        """Mean absolute change from week to week since the first demand; 0 where there is none to measure."""
        return self._mean_change(power=1)

    @cached_property
    def square_scale(self) -> Floats:
        """Mean squared change from week to week since the first demand; 0 where there is none to measure."""
        return self._mean_change(power=2)

    def _mean_change(self, power: int) -> Floats:
        changes = np.abs(np.diff(self.demand, axis=1)) ** power * self.started[:, :-1]
        return changes.sum(axis=1) / np.maximum(self.weeks - 1, 1)

    def totals(self, first: int, weeks: int) -> Floats:
        """Demand of each item in the `weeks` columns from `first` on."""
        return self.demand[:, first : first + weeks].sum(axis=1)

    def windows(self, weeks: int) -> Floats:
        """Demand of every run of `weeks` weeks: shape (items, runs); NaN where a run begins before the first demand."""
        summed = np.concatenate([np.zeros((self.items, 1)), self.demand.cumsum(axis=1)], axis=1)
        totals = summed[:, weeks:] - summed[:, : max(summed.shape[1] - weeks, 0)]
        return np.where(self.started[:, : totals.shape[1]], totals, np.nan)

    def before(self, week: int) -> tuple[Portfolio, NDArray[np.bool_]]:
        """What was known before column `week`, and which of the items were."""
        known = self.start < week
        return Portfolio(self.demand[known, :week], self.start[known]), known
