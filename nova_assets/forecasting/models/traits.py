"""What a series looked like on an origin, in numbers that compare items of every size."""

from __future__ import annotations

import numpy as np

from nova_assets.forecasting.portfolio import Floats, Portfolio

SPANS = (1, 2, 3, 6, 12, 24, 52)
MEMORIES = (0.95, 0.9, 0.7)
WINDOW_LEVELS = (0.5, 0.9)


def traits(known: Portfolio, weeks: int) -> Floats:
    """Traits of each item, quantities in units of its mean absolute change from week to week.

    Columns: means of the last `SPANS` weeks; demand of the last lead time and of the one before; mean and standard
    deviation; exponentially weighted means of `MEMORIES`; share of weeks with demand, mean size, latest size, largest
    week, variation of sizes; quantiles `WINDOW_LEVELS` of past lead-time demand; weeks since the latest demand, weeks
    and demands observed; logarithm of mean demand in the item's own unit.

    Args:
        known: demand before the origin, of items with a `scale` above zero.
        weeks: lead time.

    Returns:
        Shape (items, traits).
    """
    demand, scale, demands = known.demand, known.scale, known.demands
    with_size = np.where(demand > 0, demand, np.nan)
    size = np.nanmean(with_size, axis=1)
    quantities = [
        *(known.totals(known.width - span, span) / np.minimum(span, known.weeks) for span in _within(known.width)),
        known.totals(max(known.width - weeks, 0), weeks),
        known.totals(max(known.width - 2 * weeks, 0), weeks),
        known.mean,
        np.sqrt(known.variance),
        *(_weighted_mean(known, memory) for memory in MEMORIES),
        size,
        demand[np.arange(known.items), known.width - 1 - known.quiet],
        demand.max(axis=1),
        *_window_quantiles(known, weeks),
    ]
    bare = [
        demands / known.weeks,
        np.nanstd(with_size, axis=1) / size,
        known.quiet,
        known.weeks,
        demands,
        np.log(known.mean),
    ]
    return np.column_stack([*(quantity / scale for quantity in quantities), *bare])


def _within(width: int) -> list[int]:
    return [min(span, width) for span in SPANS]


def _weighted_mean(known: Portfolio, memory: float) -> Floats:
    weight = memory ** (known.width - 1 - np.arange(known.width)) * known.started
    return (weight * known.demand).sum(axis=1) / weight.sum(axis=1)


def _window_quantiles(known: Portfolio, weeks: int) -> Floats:
    """Quantiles of past lead-time demand; the demand so far where the history is shorter than one lead time."""
    totals = known.windows(weeks)
    enough = np.isfinite(totals).any(axis=1)
    quantiles = np.repeat(known.demand.sum(axis=1)[None, :], len(WINDOW_LEVELS), axis=0)
    if enough.any():
        quantiles[:, enough] = np.nanquantile(totals[enough], WINDOW_LEVELS, axis=1)
    return quantiles
