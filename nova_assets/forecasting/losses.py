"""How good a forecast was: one home for each formula. Rows are items; columns are weeks or windows of weeks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nova_assets.forecasting.history import History
from nova_assets.forecasting.parameters import FEWEST_DEMANDS

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
    return _where_any(history.portfolio.scale)


def naive_square_scale(history: History) -> Floats:
    """Mean squared week-to-week change of each item's history; NaN where there is none to measure."""
    return _where_any(history.portfolio.square_scale)


def _where_any(scale: Floats) -> Floats:
    return np.where(scale > 0, scale, np.nan)


def measurable(history: History) -> NDArray[np.bool_]:
    """Items by which models are compared: those with a change to scale by, and with more than one demand."""
    return np.isfinite(naive_scale(history)) & (history.portfolio.demands >= FEWEST_DEMANDS)


def absolute_scaled_error(actual: Floats, forecast: Floats, scale: Floats) -> Floats:
    """Mean of |y−f| over the first 1, 2, … weeks ÷ `naive_scale`, (items, weeks); over items, their mean is the MASE
    (Hyndman & Koehler 2006, International Journal of Forecasting 22(4)).
    """
    return _mean_so_far(np.abs(actual - forecast)) / scale[:, None]


def root_squared_scaled_error(actual: Floats, forecast: Floats, scale: Floats) -> Floats:
    """√(mean of (y−f)² over the first 1, 2, … weeks ÷ `naive_square_scale`), (items, weeks): the RMSSE of each item
    (Makridakis, Spiliotis & Assimakopoulos 2022, International Journal of Forecasting 38(4)).
    """
    return np.sqrt(_mean_so_far((actual - forecast) ** 2) / scale[:, None])


def _mean_so_far(values: Floats) -> Floats:
    return values.cumsum(axis=1) / np.arange(1, values.shape[1] + 1)


def transform_bounds(actual: Floats, quantiles: Floats, levels: Floats) -> tuple[Floats, Floats]:
    """P(Y < y) and P(Y ≤ y) as the quantiles say them: between them lies the probability integral transform of y.

    They are known as far as the levels reach: an actual between two quantiles lies between their levels, and one that
    is equal to quantiles goes half a step beyond the lowest and the highest of these. Below the lowest level there is
    nothing where the actual is zero, for demand is never negative.

    Args:
        actual: any shape.
        quantiles: the same shape and a last axis of levels, not falling along it.
        levels: rising, within (0, 1).

    Returns:
        Lower and upper bound, in the shape of `actual`; the lower one is below the upper one.
    """
    steps = np.concatenate([[0.0], levels, [1.0]])
    below, reached = (quantiles < actual[..., None]).sum(axis=-1), (quantiles <= actual[..., None]).sum(axis=-1)
    tied = reached > below
    lower = np.where(tied, (steps[below] + steps[below + 1]) / 2, steps[below])
    upper = np.where(tied, (steps[reached] + steps[reached + 1]) / 2, steps[reached + 1])
    return np.where(actual <= 0, 0.0, lower), upper


def transform_below(lower: Floats, upper: Floats, levels: Floats) -> Floats:
    """How much of the transform lies at or below each level: 0, 1, or the part of an actual that the level cuts.

    The non-randomized transform, equation 2 of Czado, Gneiting & Held (2009), Biometrics 65(4): the mean of what a
    randomized one would give. Its mean over items is the coverage of each quantile, and means what it says for
    discrete demand: where zero is the 95 % quantile and comes with 98 %, 95 of these 98 are covered, not all.

    Returns:
        The shape of the bounds and a last axis of levels.
    """
    return np.clip((levels - lower[..., None]) / (upper - lower)[..., None], 0.0, 1.0)
