"""Demand from one order to the arrival of the next: summed demand over a random lead time and the review period."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from nova_assets.forecasting.lead_time.durations import DAYS_A_WEEK, Durations
from nova_assets.forecasting.lead_time.growth import Growth
from nova_assets.forecasting.lead_time.mixtures import mixture_quantiles
from nova_assets.forecasting.portfolio import Floats
from nova_assets.quantiles import with_tails

PERCENT_LEVELS = np.arange(1, 100) / 100
"""Levels of the stored quantiles: 1 % … 99 %."""

ITEMS_AT_ONCE = 500
"""Items inverted at a time, in some fifty megabytes; a hundred thousand at once would take ten gigabytes."""


@dataclass(frozen=True)
class SummedDemand:
    """Demand of the next weeks together, for a few numbers of weeks.

    Attributes:
        weeks: the numbers of weeks, rising.
        levels: levels of the quantiles, rising, within (0, 1).
        means: expected demand, (items, weeks), item's unit.
        quantiles: shape (items, weeks, levels), not falling along the levels.
    """

    weeks: Sequence[int]
    levels: Floats
    means: Floats
    quantiles: Floats


@dataclass(frozen=True)
class LeadTimeDemand:
    """Demand over the lead time and the review period of every item, item's unit.

    Attributes:
        mean: expected demand.
        lead_time_mean: expected demand over the lead time alone.
        quantiles: at `PERCENT_LEVELS`, (items, 99).
        extrapolated: part of the durations longer than the longest summed demand.
    """

    mean: Floats
    lead_time_mean: Floats
    quantiles: Floats
    extrapolated: Floats


@dataclass(frozen=True)
class Protection:
    """The time that an order must last, and how demand grows with it.

    Attributes:
        durations: lead times of the items.
        review_days: days between two looks at an item: an order that is not placed today is placed that much later.
    """

    durations: Durations
    review_days: int

    @property
    def weeks(self) -> Floats:
        """Lead time and review period of each duration, in weeks."""
        return (self.durations.days + self.review_days) / DAYS_A_WEEK

    def demand(self, summed: SummedDemand) -> LeadTimeDemand:
        """The distribution of demand: a mixture over the durations (Eppen & Martin 1988, Management Science 34(11)).

        With random lead times quantiles are not those of a normal with the mixture's variance; they are inverted from
        the mixture itself.
        """
        growth = Growth.to(self.weeks, summed.weeks)
        lead_time = Growth.to(self.durations.days / DAYS_A_WEEK, summed.weeks)
        weights = self.durations.weights
        return LeadTimeDemand(
            mean=_mean(weights, growth, summed),
            lead_time_mean=_mean(weights, lead_time, summed),
            quantiles=np.concatenate([np.empty((0, len(PERCENT_LEVELS))), *self._quantiles(growth, summed)]),
            extrapolated=weights[:, self.weeks > summed.weeks[-1]].sum(axis=1),
        )

    def _quantiles(self, growth: Growth, summed: SummedDemand) -> Iterator[Floats]:
        for first in range(0, len(summed.means), ITEMS_AT_ONCE):
            some = slice(first, first + ITEMS_AT_ONCE)
            quantiles, levels = with_tails(summed.quantiles[some], summed.levels)
            values = growth.values(summed.means[some], quantiles)
            yield mixture_quantiles(self.durations.weights[some], values, levels, PERCENT_LEVELS)


def _mean(weights: Floats, growth: Growth, summed: SummedDemand) -> Floats:
    return ((weights @ growth.means) * summed.means).sum(axis=1)
