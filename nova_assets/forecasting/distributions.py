"""From an expected weekly demand to its quantiles, by a distribution with matched moments.

Negative binomial where an item is demanded in whole units, gamma where it is not (2.5 m of cable) or where demand is so
large that the steps of one unit no longer matter.

With mean m and variance v = D·m, D being the index of dispersion:

* negative binomial: p = m/v = 1/D, r = m·p/(1−p) = m/(D−1); a Poisson where D ≤ 1.001;
* gamma: shape k = m²/v = m/D, scale θ = v/m = D.

The negative binomial by moments is the usual lead-time demand of intermittent items: Syntetos, Babai & Altay (2012),
"On the demand distributions of spare parts", International Journal of Production Research 50(8); the gamma is Burgin
(1975), "The gamma distribution and inventory control", Operational Research Quarterly 26(3).

D is estimated from the item's own history and kept while the mean moves. In a compound Poisson demand with rate λ and
sizes Z, m = λE[Z] and v = λE[Z²], so that D = E[Z²]/E[Z] does not depend on λ: a forecast that falls because requests
became rarer gets a variance that falls in proportion.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from nova_assets.forecasting.negative_binomial import negative_binomial_quantiles
from nova_assets.forecasting.parameters import FEWEST_WEEKS_FOR_VARIANCE

Floats = NDArray[np.float64]

LEAST_DISPERSION = 1.001
"""Whole units are never less dispersed than a Poisson demand."""

LEAST_VARIATION = 0.1
"""Coefficient of variation below which no gamma demand is believed to be known."""

LEAST_MEAN = 1e-9
"""Expected weekly demand below which every quantile is zero, as q99 would be to any number of digits."""

LARGEST_COUNTED_MEAN = 10_000.0
"""Mean weekly demand above which the gamma replaces the negative binomial: one unit is 0.01 % of it."""


def index_of_dispersion(summary: pd.DataFrame) -> Floats:
    """D = variance / mean of weekly demand, per item, in the item's unit.

    The sample variance needs some weeks. With fewer than `FEWEST_WEEKS_FOR_VARIANCE` the compound Poisson estimate
    Σy²/Σy is used, which is defined, and not zero, from the first demand on.

    Args:
        summary: `History.summary`, or rows of it.
    """
    weeks = summary["weeks"].to_numpy(dtype=np.float64)
    total = summary["total"].to_numpy(dtype=np.float64)
    squares = summary["squares"].to_numpy(dtype=np.float64)
    from_sizes = squares / total
    mean = total / weeks
    variance = (squares - weeks * mean**2) / np.maximum(weeks - 1, 1)
    return np.where(weeks < FEWEST_WEEKS_FOR_VARIANCE, from_sizes, np.maximum(variance, 0.0) / mean)


def weekly_quantiles(mean: Floats, dispersion: Floats, integral: NDArray[np.bool_], levels: Sequence[float]) -> Floats:
    """Quantiles of weekly demand by matched moments (formulas in the module's docstring).

    Args:
        mean: expected demand, one value per forecast week, ≥ 0, item's unit.
        dispersion: index of dispersion, same shape, item's unit.
        integral: whether the item is demanded in whole units, same shape.
        levels: levels of the quantiles, rising, within (0, 1).

    Returns:
        Array of shape (weeks, levels), ≥ 0; zero where the mean is below `LEAST_MEAN`.

    Raises:
        ValueError: when a mean is negative or a mean or dispersion is not finite.
    """
    if not (np.isfinite(mean).all() and np.isfinite(dispersion).all() and (mean >= 0).all()):
        raise ValueError("Expected demand must be finite and not negative, and its dispersion finite.")
    counted = integral & (mean <= LARGEST_COUNTED_MEAN)
    quantiles = np.zeros((len(mean), len(levels)))
    for rows, inverse in ((counted, _negative_binomial), (~counted, _gamma)):
        chosen = rows & (mean >= LEAST_MEAN)
        quantiles[chosen] = inverse(mean[chosen], dispersion[chosen], np.asarray(levels))
    return quantiles


def _negative_binomial(mean: Floats, dispersion: Floats, levels: Floats) -> Floats:
    p = 1 / np.maximum(dispersion, LEAST_DISPERSION)
    return negative_binomial_quantiles(mean * p / (1 - p), p, levels)


def _gamma(mean: Floats, dispersion: Floats, levels: Floats) -> Floats:
    scale = np.maximum(dispersion, LEAST_VARIATION**2 * mean)[:, None]
    return stats.gamma.ppf(levels, mean[:, None] / scale, scale=scale)
