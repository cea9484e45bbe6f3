"""How long an item must last from one order to the arrival of the next: its lead time and the review period, in weeks.

An item's lead time is a mixture of its suppliers' log-normals. It is represented by weights on a few durations that are
the same for all items, so that everything after is a product of matrices. Between two durations the mass is shared so
that its mean stays what it is; the durations lie closely enough (a day, later `STEP` of the duration before) that what
this adds to the variance does not count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from nova_assets.forecasting.lead_time.suppliers import LogNormals
from nova_assets.forecasting.portfolio import Floats

DAYS_A_WEEK = 7.0
EVERY_DAY_UP_TO = 10
STEP = 1.12
LONGEST_DAYS = 728
"""Longer lead times count as this long, two years: the tail of a log-normal has no end, a purchase has."""


@dataclass(frozen=True)
class Durations:
    """Weights of items on durations.

    Attributes:
        days: the lead times, rising, from 0 to `LONGEST_DAYS`.
        weights: shape (items, durations), ≥ 0, rows sum to one.
        within: chance that the item's lead time is no longer than each duration; shape as `weights`.
    """

    days: Floats
    weights: Floats
    within: Floats

    @property
    def mean_days(self) -> Floats:
        """Mean lead time of each item."""
        return self.weights @ self.days

    def quantile_days(self, level: float) -> Floats:
        """A quantile of each item's lead time."""
        after = np.minimum((self.within < level).sum(axis=1), len(self.days) - 1)
        item, before = np.arange(len(after)), np.maximum(after - 1, 0)
        low, high = self.within[item, before], self.within[item, after]
        part = np.clip((level - low) / np.maximum(high - low, np.finfo(np.float64).tiny), 0.0, 1.0)
        return self.days[before] + part * (self.days[after] - self.days[before])


def durations_for(weeks: Sequence[int], review_days: int) -> Floats:
    """Lead times in days on which weights are put.

    Those at which lead time, or lead time and review period, make one of the `weeks` are among them, so that nothing is
    interpolated there.
    """
    days = [float(day) for day in range(EVERY_DAY_UP_TO + 1)]
    while days[-1] * STEP < LONGEST_DAYS:
        days.append(days[-1] * STEP)
    exact = np.concatenate([DAYS_A_WEEK * np.array(weeks), DAYS_A_WEEK * np.array(weeks) - review_days])
    return np.unique(np.concatenate([days, exact[(exact > 0) & (exact < LONGEST_DAYS)], [LONGEST_DAYS]]))


def spread_over(days: Floats, suppliers: LogNormals, shares: sparse.csr_array) -> Durations:
    """The lead times of items that buy from several suppliers.

    Args:
        days: as `durations_for` gives them.
        suppliers: log-normal days, the last one of a supplier never seen.
        shares: part of each supplier (columns) in each item's next order (rows); rows sum to one.
    """
    within, partial = suppliers.share_within(days), suppliers.partial_mean(days)
    mass, moment = np.diff(within, axis=1), np.diff(partial, axis=1)
    # Of the mass between two durations this part goes to the longer one, so that its mean stays.
    longer = np.clip((moment - mass * days[:-1]) / np.diff(days), 0.0, mass)
    weights = np.zeros_like(within)
    weights[:, 1:] += longer
    weights[:, :-1] += mass - longer
    weights[:, -1] += 1 - within[:, -1]
    within[:, -1] = 1.0
    return Durations(days, shares @ weights, shares @ within)
