"""The reorder point of the formula in use so far: demand taken as normal, lead times as known."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np

from nova_assets.quantiles import Floats


def safety_factor(target_service: Floats) -> Floats:
    """Z: the quantile of the standard normal distribution at each target, within (0, 1)."""
    levels, where = np.unique(target_service, return_inverse=True)
    return np.array([NormalDist().inv_cdf(level) for level in levels.tolist()], dtype=np.float64)[where]


def classic_reorder_point(weekly_mean: Floats, weekly_sd: Floats, weeks: Floats, target_service: Floats) -> Floats:
    """PP = D·LT + Z·σ·√LT, not below zero; item's unit.

    Brown (1959), Statistical Forecasting for Inventory Control; Silver, Pyke & Thomas (2017), chapter 6.

    Args:
        weekly_mean: D, mean demand of a week.
        weekly_sd: σ, standard deviation of the demand of a week.
        weeks: LT, the weeks that the stock must last.
        target_service: chance that it lasts, within (0, 1).
    """
    return np.maximum(weekly_mean * weeks + safety_factor(target_service) * weekly_sd * np.sqrt(weeks), 0.0)
