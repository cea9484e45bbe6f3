"""Demand that an order must cover, as a distribution per item, and what a stock against it is worth."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from nova_assets.quantiles import Floats, exceedance, reached, with_tails

PERCENT_LEVELS = np.arange(1, 100) / 100
"""Levels of the stored quantiles: 1 % … 99 %."""

TAIL_FROM = 94
"""Where 95 % lies: the last few of a hundred quantiles alone are too uneven to tell how the tail goes on."""


@dataclass(frozen=True)
class ProtectionDemand:
    """Demand over the lead time and the review period together, an item per row, item's unit.

    Attributes:
        mean: expected demand, (items,).
        quantiles: at `PERCENT_LEVELS`, (items, 99), not falling. Between two the probability is spread evenly, or lies
            on the point where they are equal; beyond the last the tail is exponential (`with_tails`).
    """

    mean: Floats
    quantiles: Floats

    @cached_property
    def _extended(self) -> tuple[Floats, Floats]:
        return with_tails(self.quantiles, PERCENT_LEVELS, TAIL_FROM)

    @cached_property
    def _shortage_at(self) -> Floats:
        """E[(D − Q)⁺] at each quantile Q: from the highest down, each step between two is short of all above it."""
        values, known = self._extended
        gained = np.diff(values, axis=1) * (1.0 - (known[:-1] + known[1:]) / 2)
        short = np.zeros_like(values)
        short[:, :-1] = np.cumsum(gained[:, ::-1], axis=1)[:, ::-1]
        return short

    @cached_property
    def variance(self) -> Floats:
        """Variance of demand, (items,): of a quantile function that is linear between its quantiles, exact."""
        values, known = self._extended
        low, high, parts = values[:, :-1], values[:, 1:], np.diff(known)
        mean = ((low + high) / 2) @ parts
        return np.maximum(((low * low + low * high + high * high) / 3) @ parts - mean * mean, 0.0)

    def __len__(self) -> int:
        return len(self.mean)

    def quantile(self, levels: Floats | float) -> Floats:
        """The demand that is not exceeded with the chance `levels`, one for each item or for all, within (0, 1)."""
        values, known = self._extended
        wanted = np.broadcast_to(np.asarray(levels, dtype=np.float64), self.mean.shape)
        at = np.clip(np.searchsorted(known, wanted, side="left"), 1, len(known) - 1)
        rows = np.arange(len(self))
        part = (wanted - known[at - 1]) / (known[at] - known[at - 1])
        low = values[rows, at - 1]
        return low + part * (values[rows, at] - low)

    def exceedance(self, stock: Floats) -> Floats:
        """The chance that demand is greater than `stock`, (items,)."""
        return exceedance(*self._extended, stock)

    def expected_shortage(self, stock: Floats) -> Floats:
        """E[(D − stock)⁺], what of the demand `stock` does not cover, (items,).

        As `quantiles.expected_shortage` has it, from what is short at the next quantile: allocations ask hundreds of
        times.
        """
        values, known = self._extended
        rows, count = np.arange(len(self)), reached(values, stock)
        at = np.clip(count, 1, len(known) - 1)
        low, high = values[rows, at - 1], values[rows, at]
        rest = np.clip(high - stock, 0.0, high - low)
        part = rest / np.where(high > low, high - low, 1.0) * (known[at] - known[at - 1])
        short = self._shortage_at[rows, at] + rest * (1.0 - known[at] + part / 2)
        return short + np.maximum(values[:, 0] - stock, 0.0)
