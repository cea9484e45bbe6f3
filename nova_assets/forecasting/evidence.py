"""What can be seen in an item's history, and how surely: level, trend and season. For planners; no model reads it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from scipy import stats

from nova_assets.forecasting.history import History
from nova_assets.forecasting.portfolio import Floats, Integers, Portfolio

LATELY_WEEKS = 13
"""The level of a quarter is compared with that of all weeks before it."""

BUCKET_WEEKS = 4
"""A trend is looked for in sums of so many weeks: single weeks are mostly zeros."""

MOST_BUCKETS = 26
"""The latest two years: a trend that ended before says nothing."""

FEWEST_BUCKETS = 8
"""Below this many no order of them is rare enough to speak of a trend."""

FEWEST_WEEKS_FOR_SEASON = 104
"""Two years: of one, nobody can say what comes back."""


@dataclass(frozen=True)
class Level:
    """Mean weekly demand of the latest quarter against all weeks before.

    Attributes:
        lately: of the latest `LATELY_WEEKS` weeks, or of all where there are fewer.
        before: of the weeks before them; NaN where there are none.
        score: difference divided by its standard error, both spans sharing one variance; NaN where it has none.
    """

    lately: Floats
    before: Floats
    score: Floats


@dataclass(frozen=True)
class Trend:
    """Whether demand rose or fell over the latest two years, in sums of `BUCKET_WEEKS` weeks.

    Attributes:
        change: of mean weekly demand in a quarter, by least squares; NaN with fewer than `FEWEST_BUCKETS`.
        p_value: two-sided, of Mann (1945), "Nonparametric tests against trend", Econometrica 13, with Kendall's
            correction for ties; NaN likewise.
    """

    change: Floats
    p_value: Floats


@dataclass(frozen=True)
class Season:
    """Whether the calendar month explains weekly demand; NaN with less than `FEWEST_WEEKS_FOR_SEASON`.

    Attributes:
        share: share of the variance that months explain, ω² (Hays 1963), at least 0.
        peak_month: month with the highest mean, 1 to 12; 0 where there is too little history.
        p_value: of the analysis of variance by months.
    """

    share: Floats
    peak_month: Integers
    p_value: Floats


def level(known: Portfolio) -> Level:
    """The level of each item."""
    weeks_lately = np.minimum(known.weeks, LATELY_WEEKS)
    weeks_before = known.weeks - weeks_lately
    total_lately = known.demand[:, -LATELY_WEEKS:].sum(axis=1)
    lately = total_lately / weeks_lately
    before = _ratio(known.demand.sum(axis=1) - total_lately, weeks_before)
    error = np.sqrt(known.variance * (1 / weeks_lately + _ratio(np.ones(known.items), weeks_before)))
    return Level(lately, before, _ratio(lately - before, error))


def trend(known: Portfolio) -> Trend:
    """The trend of each item."""
    count = min(known.width // BUCKET_WEEKS, MOST_BUCKETS)
    change, p_value = np.full(known.items, np.nan), np.full(known.items, np.nan)
    if count < FEWEST_BUCKETS:
        return Trend(change, p_value)
    sums = known.demand[:, known.width - count * BUCKET_WEEKS :].reshape(known.items, count, BUCKET_WEEKS).sum(axis=2)
    # A series begins with a demand: the bucket of its first week would rise or fall for that alone.
    whole = np.minimum((known.weeks - 1) // BUCKET_WEEKS, count)
    for length in np.unique(whole[whole >= FEWEST_BUCKETS]):
        items = whole == length
        latest = sums[items, count - length :]
        p_value[items] = _mann_kendall(latest)
        time = np.arange(length) - (length - 1) / 2
        change[items] = latest @ time / (time @ time) / BUCKET_WEEKS * LATELY_WEEKS / BUCKET_WEEKS
    return Trend(change, p_value)


def _mann_kendall(values: Floats) -> Floats:
    count = values.shape[1]
    score = np.zeros(len(values))
    alike = np.ones(values.shape)
    for lag in range(1, count):
        differences = values[:, lag:] - values[:, :-lag]
        score += np.sign(differences).sum(axis=1)
        alike[:, lag:] += differences == 0
        alike[:, :-lag] += differences == 0
    # Each value of a group of t equal ones adds (t−1)(2t+5): together the t(t−1)(2t+5) of the correction for ties.
    ties = ((alike - 1) * (2 * alike + 5)).sum(axis=1)
    variance = (count * (count - 1) * (2 * count + 5) - ties) / 18
    distance = np.maximum(np.abs(score) - 1, 0.0)
    return 2 * stats.norm.sf(distance / np.sqrt(np.where(variance > 0, variance, np.inf)))


def season(history: History) -> Season:
    """The season of each item."""
    known = history.portfolio
    share, p_value = np.full(known.items, np.nan), np.full(known.items, np.nan)
    peak = np.zeros(known.items, dtype=np.int64)
    long = known.weeks >= FEWEST_WEEKS_FOR_SEASON
    if not long.any():
        return Season(share, peak, p_value)
    in_month = (_months(history)[:, None] == np.arange(1, 13)).astype(np.float64)
    demand, started = known.demand[long], known.started[long].astype(np.float64)
    weeks = known.weeks[long].astype(np.float64)
    counts = started @ in_month
    means = (demand @ in_month) / counts
    between = (counts * (means - known.mean[long, None]) ** 2).sum(axis=1)
    total = known.variance[long] * (weeks - 1)
    within = (total - between) / (weeks - 12)
    share[long] = np.maximum(_ratio(between - 11 * within, total + within), 0.0)
    p_value[long] = stats.f.sf(_ratio(between / 11, within), 11, weeks - 12)
    peak[long] = means.argmax(axis=1) + 1
    return Season(share, peak, p_value)


def _months(history: History) -> Integers:
    """Month of the Thursday of each of the portfolio's weeks: the month that most of the week lies in."""
    width, last = history.portfolio.width, history.last_week
    if last is None:
        return np.zeros(0, dtype=np.int64)
    thursdays = [last + timedelta(weeks=week - width + 1, days=3) for week in range(width)]
    return np.array([thursday.month for thursday in thursdays])


def _ratio(numerator: Floats, denominator: Floats | Integers) -> Floats:
    """The quotient; NaN where the denominator is zero."""
    return np.divide(numerator, denominator, out=np.full(len(numerator), np.nan), where=denominator > 0)
