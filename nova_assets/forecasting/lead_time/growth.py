"""Demand of any number of weeks, out of the demand of a few: between them, below the least and beyond the most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nova_assets.forecasting.portfolio import Floats


@dataclass(frozen=True)
class Growth:
    """How the demand of the known numbers of weeks makes that of others.

    The expected demand is linear between two numbers of weeks, from zero for none on, and beyond the last one in
    proportion: demand of the weeks between is taken as even. A quantile's distance from the mean is linear in the
    square root of the weeks, since that is how the standard deviation of a sum of independent weeks grows; linear in
    the weeks themselves it would be up to 30 % too small below one week, and 1.4 % between the others. Both keep
    quantiles in their order; where their sum falls below zero it is zero.

    Attributes:
        means: shape (durations, known weeks): times the known means, the means.
        distances: the same for the distances of quantiles from the mean.
    """

    means: Floats
    distances: Floats

    @classmethod
    def to(cls, weeks: Floats, known: Sequence[int]) -> Growth:
        """To the demand of `weeks` (≥ 0, any fractions) from that of the `known` numbers of weeks, rising."""
        grid = np.array(known, dtype=np.float64)
        return cls(_shares(weeks, grid), _shares(np.sqrt(weeks), np.sqrt(grid)))

    def values(self, means: Floats, quantiles: Floats) -> Floats:
        """Quantiles of the demand of every duration, (items, durations, levels).

        Args:
            means: expected demand of the known weeks, (items, known weeks).
            quantiles: their quantiles, (items, known weeks, levels).
        """
        distances = np.einsum("dk,ikl->idl", self.distances, quantiles - means[:, :, None], optimize=True)
        return np.maximum((means @ self.means.T)[:, :, None] + distances, 0.0)


def _shares(at: Floats, grid: Floats) -> Floats:
    """Shares of the grid's values in those between, from zero at zero on; beyond the last one in proportion to it."""
    from_zero = np.concatenate([[0.0], grid])
    shares = np.stack([np.interp(at, from_zero, row) for row in np.eye(len(from_zero))], axis=1)[:, 1:]
    shares[:, -1] *= np.maximum(at / grid[-1], 1.0)
    return shares
