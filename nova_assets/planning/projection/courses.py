"""Stock day by day: what is there, what is to come, and what demand may take of it.

Day 1 is the day after the plan's. Quantiles of demand since then are not sums of daily or weekly quantiles: at 90 %
every week's demand would be high, which is much rarer than one time in ten. The forecast knows the demand of a few
numbers of weeks together. Between them, a quantile's distance from the mean grows with the root of the days (`Growth`),
and the mean as the served weeks do. A plan in the middle of the origin's week takes the mean of its own days, and the
distances of as many days from the origin on.

A stocking place has a part s of an item's demand: of the mean s, of the distances from it √s, as if the places'
demands were independent; they are not less certain than that, and each by itself is less certain than all together.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from nova_assets.forecasting.lead_time.growth import Growth
from nova_assets.forecasting.parameters import MOST_WEEKS, SUMMED_QUANTILES, SUMMED_WEEKS
from nova_assets.planning.columns import sums
from nova_assets.quantiles import Floats, exceedance, expected_shortage, with_tails

Integers = NDArray[np.int64]

DAYS_A_WEEK = 7
DAYS_AHEAD = MOST_WEEKS * DAYS_A_WEEK
"""Days that demand is told of: the longest that the forecast knows together."""

LEVELS = np.array(tuple(SUMMED_QUANTILES.values()))
SHOWN = (0.1, 0.5, 0.9)
"""Levels of the demand that stock is shown with."""

LEAD_TIMES = 20
"""Equally likely lead times that the chance of a stockout is averaged over."""

P90 = NormalDist().inv_cdf(0.9)
SMALL = 1e-6
"""Of a unit: less is the rounding of a sum, and no demand that is not met."""


@dataclass(frozen=True)
class Forecast:
    """Demand of items from an origin on, an item per row, item's unit.

    Attributes:
        weekly: expected demand of each served week, (items, weeks).
        means: expected demand of `SUMMED_WEEKS` weeks together, (items, 6).
        quantiles: their quantiles at `LEVELS`, (items, 6, 12).
        day_shares: how a week is spread over its days, (items, `DAYS_AHEAD`), each week's summing to one.
    """

    weekly: Floats
    means: Floats
    quantiles: Floats
    day_shares: Floats

    def part(self, rows: Integers, share: Floats) -> Forecast:
        """The forecast of some rows, or of a part of them: a place's (formula in the module's docstring).

        Args:
            rows: of this forecast, one per row of the result.
            share: part of each in its row's demand, from 0 to 1.
        """
        means = self.means[rows] * share[:, None]
        distances = (self.quantiles[rows] - self.means[rows][:, :, None]) * np.sqrt(share)[:, None, None]
        quantiles = np.maximum(means[:, :, None] + distances, 0.0)
        return Forecast(self.weekly[rows] * share[:, None], means, quantiles, self.day_shares[rows])

    def weeks(self) -> Floats:
        """Expected demand of each of `MOST_WEEKS` weeks, (items, weeks).

        What lies between two numbers of weeks is spread over its weeks as the served weeks are, evenly where there are
        none: weeks add up to what the forecast says of them together.
        """
        grid = (0, *SUMMED_WEEKS)
        more = np.maximum(np.diff(self.means, axis=1, prepend=0.0), 0.0)
        return np.concatenate(
            [more[:, [number]] * self._parts(first, last) for number, (first, last) in enumerate(pairwise(grid))],
            axis=1,
        )

    def _parts(self, first: int, last: int) -> Floats:
        """Each week's part of the weeks from `first` to before `last`."""
        even = np.full((len(self.means), last - first), 1 / (last - first))
        if last > self.weekly.shape[1]:
            return even
        served = self.weekly[:, first:last]
        total = served.sum(axis=1, keepdims=True)
        return np.divide(served, total, out=even, where=total > 0)

    def daily(self, elapsed: int) -> Floats:
        """Expected demand of each of the `DAYS_AHEAD` days after `elapsed` days of the origin's week have gone."""
        daily = np.repeat(self.weeks(), DAYS_A_WEEK, axis=1) * self.day_shares
        # What the window has beyond the last week known is like that week's days.
        beyond = daily[:, DAYS_AHEAD - DAYS_A_WEEK : DAYS_AHEAD - DAYS_A_WEEK + elapsed]
        return np.concatenate([daily[:, elapsed:], beyond], axis=1)

    def cumulative(self, elapsed: int) -> Floats:
        """Demand since the plan's day at the levels `SHOWN`, (levels, items, days), not falling from day to day."""
        mean = np.cumsum(self.daily(elapsed), axis=1)
        growth = Growth.to(np.arange(1, DAYS_AHEAD + 1) / DAYS_A_WEEK, SUMMED_WEEKS).distances
        at = [int(np.argmin(np.abs(LEVELS - level))) for level in SHOWN]
        distances = (self.quantiles - self.means[:, :, None])[:, :, at]
        paths = mean + np.moveaxis(distances, 2, 0) @ growth.T
        return np.maximum.accumulate(np.maximum(paths, 0.0), axis=2)


@dataclass(frozen=True)
class Risk:
    """What a position leaves open within the lead time, (items,).

    Attributes:
        stockout: chance that demand exceeds it.
        shortage: demand that it is expected to leave unmet, item's unit.
    """

    stockout: Floats
    shortage: Floats


def lead_time_risk(forecast: Forecast, position: Floats, mean_days: Floats, p90_days: Floats) -> Risk:
    """Demand over a lead time that is itself random against the position.

    The lead time is log-normal with the item's mean and 90 % quantile; the chance is the mean over `LEAD_TIMES` equally
    likely ones (law of total probability): P(D > x) = Σₖ P(D(Lₖ) > x) ÷ K.

    Args:
        forecast: an item per row.
        position: what covers the demand, item's unit.
        mean_days: mean lead time, > 0.
        p90_days: nine of ten orders take no longer.
    """
    distances = forecast.quantiles - forecast.means[:, :, None]
    stockout, shortage = np.zeros(len(position)), np.zeros(len(position))
    for days in likely_lead_times(mean_days, p90_days):
        growth = Growth.to(days / DAYS_A_WEEK, SUMMED_WEEKS)
        mean = (growth.means * forecast.means).sum(axis=1)
        spread = np.einsum("ik,ikl->il", growth.distances, distances, optimize=True)
        values, levels = with_tails(np.maximum(mean[:, None] + spread, 0.0), LEVELS)
        stockout += exceedance(values, levels, position)
        shortage += expected_shortage(values, levels, position)
    return Risk(stockout / LEAD_TIMES, shortage / LEAD_TIMES)


def likely_lead_times(mean_days: Floats, p90_days: Floats) -> Floats:
    """`LEAD_TIMES` equally likely lead times of each item, (lead times, items), with the item's mean.

    Of a log-normal, ln mean = μ + σ²/2 and ln p90 = μ + z·σ, z = Φ⁻¹(0.9); the smaller root for σ is taken.
    """
    mean = np.maximum(mean_days, SMALL)
    wider = np.log(np.maximum(p90_days, mean) / mean)
    sigma = P90 - np.sqrt(np.maximum(P90**2 - 2 * wider, 0.0))
    normal: Floats = np.array([NormalDist().inv_cdf((number + 0.5) / LEAD_TIMES) for number in range(LEAD_TIMES)])
    factors: Floats = np.exp(normal[:, None] * sigma)
    return mean * factors / factors.mean(axis=0)


@dataclass(frozen=True)
class Supply:
    """What is ordered and not received, an open order per entry.

    Attributes:
        row: row of the projection that it goes to.
        quantity: what is still to come, item's unit.
        due: days from the plan's day to the expected arrival; not above -1: late.
    """

    row: Integers
    quantity: Floats
    due: Integers

    def total(self, rows: int, which: NDArray[np.bool_]) -> Floats:
        """What comes of some entries, by row."""
        return sums(self.row[which], self.quantity[which], rows)

    @property
    def late(self) -> NDArray[np.bool_]:
        """Expected before the plan's day: what was promised does not come by itself."""
        return self.due < 0

    def arrivals(self, rows: int) -> Floats:
        """What comes on each day, (rows, `DAYS_AHEAD`); what is due on the plan's day comes on the next."""
        day = np.maximum(self.due, 1) - 1
        here = ~self.late & (day < DAYS_AHEAD)
        at = self.row[here] * DAYS_AHEAD + day[here]
        return sums(at, self.quantity[here], rows * DAYS_AHEAD).reshape(rows, DAYS_AHEAD)


@dataclass(frozen=True)
class Paths:
    """Stock of each row to come; days count from 1, 0 where there is no such day within `DAYS_AHEAD`.

    Attributes:
        stock: at the end of each day, demand being at the levels `SHOWN`, (levels, rows, days). Less than zero is what
            is missing.
        cover: first day on which median demand since exceeds the position.
        out_q50: first day without enough, at median demand.
        out_q90: the same at the 90 % quantile of demand.
    """

    stock: Floats
    cover: Integers
    out_q50: Integers
    out_q90: Integers


def project(on_hand: Floats, position: Floats, arrivals: Floats, demand: Floats) -> Paths:
    """Stock to come of what there is.

    Args:
        on_hand: stock at the end of the plan's day, (rows,), item's unit.
        position: on hand and on order, without what is late.
        arrivals: of each day, (rows, days).
        demand: since the plan's day, (levels, rows, days): `Forecast.cumulative`.
    """
    stock = on_hand[:, None] + np.cumsum(arrivals, axis=1) - demand
    _, median, high = range(len(SHOWN))
    short = -SMALL
    return Paths(
        stock,
        cover=first_day(demand[median] > position[:, None] + SMALL),
        # Where nothing was there before, a day without demand is no worse than the one before it.
        out_q50=first_day((stock[median] < short) & (demand[median] > SMALL)),
        out_q90=first_day((stock[high] < short) & (demand[high] > SMALL)),
    )


def first_day(holds: NDArray[np.bool_]) -> Integers:
    """The first day, from 1, on which it holds in each row; 0: never."""
    return np.where(holds.any(axis=1), holds.argmax(axis=1) + 1, 0)
