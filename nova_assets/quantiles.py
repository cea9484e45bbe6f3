"""Distributions known by some of their quantiles: the tails beyond them, and what a stock against them is worth."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

TAIL_LEVELS = (0.96, 0.97, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995, 0.9999)
"""Levels at which the exponential tail is taken, linear between: a straight line from 95 to 99 % would lie too high."""


def with_tails(quantiles: Floats, levels: Floats, tail_from: int = -2) -> tuple[Floats, Floats]:
    """Quantiles from level 0 to 1, along the last axis, and their levels.

    Below the lowest level the line through the lowest two goes on, to zero at most. From the level at `tail_from` on
    the tail is exponential, where no quantile is known: Q(p) = Q₂ + β·ln((1 − p₂) ÷ (1 − p)), with
    β = (Q₂ − Q₁) ÷ ln((1 − p₁) ÷ (1 − p₂)) from that level, 1, and the highest, 2. The last, which would lie at
    infinity, is put so that the mean beyond `TAIL_LEVELS` is the tail's.
    """
    low, next_low, highest = quantiles[..., 0], quantiles[..., 1], quantiles[..., -1]
    first = np.maximum(low - (next_low - low) * levels[0] / (levels[1] - levels[0]), 0.0)
    start, top = levels[tail_from], levels[-1]
    rate = (highest - quantiles[..., tail_from]) / np.log((1 - start) / (1 - top))
    tail_levels = np.setdiff1d(np.array(TAIL_LEVELS)[np.array(TAIL_LEVELS) > start], levels)
    tail = highest[..., None] + rate[..., None] * np.log((1 - top) / (1 - tail_levels))
    last = highest + rate * (np.log((1 - top) / (1 - TAIL_LEVELS[-1])) + 2)
    known = np.concatenate([[0.0], levels, tail_levels, [1.0]])
    order = np.argsort(known)
    extended = np.concatenate([first[..., None], quantiles, tail, last[..., None]], axis=-1)
    return extended[..., order], known[order]


def exceedance(values: Floats, levels: Floats, stock: Floats) -> Floats:
    """The chance that demand is greater than `stock`, (items,).

    Args:
        values: quantiles of demand, (items, levels), not falling; between two the probability is spread evenly.
        levels: their levels, rising from 0 to 1.
        stock: one per item.
    """
    count = reached(values, stock)
    at = np.clip(count, 1, len(levels) - 1)
    rows = np.arange(len(values))
    low, high = values[rows, at - 1], values[rows, at]
    part = np.clip((stock - low) / np.where(high > low, high - low, 1.0), 0.0, 1.0)
    below = levels[at - 1] + part * (levels[at] - levels[at - 1])
    return np.where(count == 0, 1.0, np.where(count == len(levels), 0.0, 1.0 - below))


def reached(values: Floats, stock: Floats) -> NDArray[np.int64]:
    """How many of its quantiles each stock covers, (items,)."""
    return np.count_nonzero(values <= stock[:, None], axis=1)


def expected_shortage(values: Floats, levels: Floats, stock: Floats) -> Floats:
    """E[(D − stock)⁺], what of the demand `stock` does not cover, (items,); arguments as of `exceedance`.

    The integral of max(Q(p) − stock, 0) over all levels p, exact for what lies linear between the quantiles.
    """
    over = values - stock[:, None]
    low, high = over[:, :-1], over[:, 1:]
    crossing = (low < 0) & (high > 0)
    span = np.where(crossing, high - low, 1.0)
    areas = np.where(crossing, high * high / (2 * span), (np.maximum(low, 0.0) + np.maximum(high, 0.0)) / 2)
    return areas @ np.diff(levels)
