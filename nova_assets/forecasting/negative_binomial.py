"""Quantiles of many negative binomial distributions at many levels, by adding up their probabilities.

scipy inverts one distribution at one level at a time, some microseconds each. Nineteen levels of a distribution lie on
one cumulated sum, whose next term is a product away (Panjer 1981, "Recursive evaluation of a family of compound
distributions", ASTIN Bulletin 12(1)): P(k+1) = P(k)·(1−p)·(k+r)/(k+1), P(0) = pʳ.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]

FIRST_STEPS = 32
"""Counts that are added up before the first look at who has reached the highest level; doubled each time."""

CELLS_AT_ONCE = 65_536
"""Probabilities in memory together, half a megabyte: what a processor's cache holds."""

MOST_STEPS = 4096
"""Counts up to which adding up is faster than inverting."""

LEAST_LOGARITHM = -600.0
"""Of P(0); numbers much smaller than that lose digits, and the sum with them."""

ROUNDING = 1e-12
"""Part of a level that a sum may be short of it and has reached it: half of NB(8, ½) lies at 7 and below, exactly."""


def negative_binomial_quantiles(r: Floats, p: Floats, levels: Floats) -> Floats:
    """The smallest counts that are not exceeded with the probabilities `levels`.

    Args:
        r: of each distribution, > 0.
        p: of each distribution, within (0, 1); the mean is r·(1−p)/p, the variance the mean ÷ p.
        levels: rising, within (0, 1).

    Returns:
        (distributions, levels).
    """
    mean = r * (1 - p) / p
    added_up = (mean + 10 * np.sqrt(mean / p) < MOST_STEPS) & (r * np.log(p) > LEAST_LOGARITHM)
    quantiles = np.empty((len(r), len(levels)))
    quantiles[added_up] = _added_up(r[added_up], p[added_up], levels * (1 - ROUNDING))
    quantiles[~added_up] = stats.nbinom.ppf(levels, r[~added_up, None], p[~added_up, None])
    return quantiles


def _added_up(r: Floats, p: Floats, levels: Floats) -> Floats:
    """A quantile is the number of counts whose cumulated probability is below the level."""
    quantiles = np.zeros((len(r), len(levels)))
    rows, first, steps = np.arange(len(r)), 0, FIRST_STEPS
    next_term, total = p**r, np.zeros(len(r))
    while len(rows):
        counts = first + np.arange(steps)
        at_once = max(CELLS_AT_ONCE // steps, 1)
        for begin in range(0, len(rows), at_once):
            part = slice(begin, begin + at_once)
            some = rows[part]
            terms = np.empty((len(some), steps + 1))
            terms[:, 0] = next_term[part]
            terms[:, 1:] = (counts + r[some, None]) / (counts + 1) * (1 - p[some, None])
            np.multiply.accumulate(terms, axis=1, out=terms)
            next_term[part] = terms[:, -1]
            terms[:, 0] += total[part]
            cumulated = np.add.accumulate(terms[:, :-1], axis=1)
            total[part] = cumulated[:, -1]
            for position, level in enumerate(levels):
                quantiles[some, position] += np.count_nonzero(cumulated < level, axis=1)
        unfinished = total < levels[-1]
        rows, next_term, total = rows[unfinished], next_term[unfinished], total[unfinished]
        first, steps = first + steps, 2 * steps
    return quantiles
