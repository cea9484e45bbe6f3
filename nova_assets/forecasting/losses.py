"""How good a forecast was, by what planners feel: the loss of its quantiles, scaled to be comparable between items."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nova_assets.forecasting.history import History

Floats = NDArray[np.float64]


def pinball_loss(actual: Floats, quantiles: Floats, levels: Floats) -> Floats:
    """max(τ·(y−q), (τ−1)·(y−q)), elementwise (Koenker & Bassett 1978).

    Args:
        actual: demand, shape (items, weeks).
        quantiles: shape (items, weeks, levels).
        levels: the τ of each quantile.
    """
    error = actual[:, :, None] - quantiles
    return np.maximum(levels * error, (levels - 1) * error)


def naive_scale(history: History) -> Floats:
    """Mean absolute week-to-week change of each item's history; NaN where there is none to measure."""
    scale = history.portfolio.scale
    return np.where(scale > 0, scale, np.nan)
