"""The product's forecasts of a published set, made again every few periods from what was known by then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from published import FIRST_MONDAY

from nova_assets.forecasting.engine import LocalEngine
from nova_assets.forecasting.ensemble import Choice, Ensemble
from nova_assets.forecasting.history import WEEK, History
from nova_assets.forecasting.lead_time.demand import Protection, SummedDemand
from nova_assets.forecasting.lead_time.durations import DAYS_A_WEEK, Durations
from nova_assets.forecasting.models.protocol import CannotForecastError, Model
from nova_assets.forecasting.outcomes import Outcome, demand_of
from nova_assets.forecasting.parameters import SUMMED_QUANTILES, SUMMED_WEEKS, VALIDATION_ORIGINS, VALIDATION_WEEKS
from nova_assets.forecasting.portfolio import Floats
from nova_assets.planning.demand import ProtectionDemand

LEVELS = np.array(tuple(SUMMED_QUANTILES.values()))

EVERY = VALIDATION_WEEKS
"""Periods between two forecasts: then each is judged by what came before the next one."""


@dataclass(frozen=True)
class Said:
    """What the models say before a period.

    Attributes:
        history: what was known.
        counts: the numbers of periods whose demand together they speak of.
        means: model → expected demand of the next periods together, (items, numbers of periods).
        quantiles: model → its quantiles, (items, numbers of periods, `LEVELS`).
        absent: model → why it says nothing.
    """

    history: History
    counts: tuple[int, ...]
    means: Mapping[str, Floats]
    quantiles: Mapping[str, Floats]
    absent: Mapping[str, str]

    def combined(self, chosen: Ensemble) -> SummedDemand:
        """What the chosen models say together."""
        return SummedDemand(self.counts, LEVELS, chosen.combine(self.means), chosen.combine(self.quantiles))


@dataclass(frozen=True)
class Served:
    """The ensemble before a period: what the product would have gone by.

    Attributes:
        period: the first one that was not known.
        history: what was known.
        demand: of the next few numbers of periods together.
        weights: model → its part.
    """

    period: int
    history: History
    demand: SummedDemand
    weights: Mapping[str, float]

    def over_protection(self, lead_times: np.ndarray, review: int = 1) -> ProtectionDemand:
        """Demand over each item's lead time and the review period, both in periods."""
        distinct, of_item = np.unique(lead_times, return_inverse=True)
        weights = np.eye(len(distinct))[of_item]
        durations = Durations(distinct * DAYS_A_WEEK, weights, weights.cumsum(axis=1))
        demand = Protection(durations, round(review * DAYS_A_WEEK)).demand(self.demand)
        return ProtectionDemand(demand.mean, demand.quantiles)


def served_forecasts(demand: pd.DataFrame, first: int, longest: int, models: Mapping[str, Model]) -> Iterator[Served]:
    """The ensemble before period `first`, and every few periods after, chosen by what the models said before.

    Args:
        demand: `unique_id, ds, y` as `published.as_weeks` gives it.
        first: the first period that is not known.
        longest: most periods whose demand together matters.
    """
    counts = tuple(count for count in SUMMED_WEEKS if count == EVERY or _below(count) < max(longest, EVERY))
    periods = demand["ds"].nunique()
    judged = [period for period in range(first - EVERY * VALIDATION_ORIGINS, first, EVERY) if period >= EVERY]
    past = [say(_monday(period), demand, models, counts) for period in judged]
    for period in range(first, periods, EVERY):
        now = say(_monday(period), demand, models, counts)
        chosen = choose(demand, past, now, models)
        yield Served(period, now.history, now.combined(chosen), chosen.weights)
        past = [*past[1 - VALIDATION_ORIGINS :], now]


def _below(count: int) -> int:
    """The number of periods before `count` among those that are summed."""
    return max((other for other in SUMMED_WEEKS if other < count), default=0)


def _monday(period: int) -> date:
    """The Monday that stands for a period."""
    return pd.Timestamp(FIRST_MONDAY + WEEK * period).date()


def say(origin: date, demand: pd.DataFrame, models: Mapping[str, Model], counts: tuple[int, ...]) -> Said:
    """What the models say on an origin of the next `counts` periods together, from the demand before it."""
    history = History.before(origin, demand)
    means, quantiles, absent = {}, {}, {}
    for name, model in models.items():
        try:
            fitted = model.fit(history, history, LocalEngine())
            said = [fitted.demand(0, count, LEVELS) for count in counts]
        except CannotForecastError as error:
            absent[name] = str(error)
            continue
        where = fitted.items.get_indexer(history.items)
        mean = np.stack([one.mean for one in said], axis=1)[where]
        levels = np.stack([one.quantiles for one in said], axis=1)[where]
        means[name] = np.where((where >= 0)[:, None], mean, np.nan)
        quantiles[name] = np.where((where >= 0)[:, None, None], levels, np.nan)
    return Said(history, counts, means, quantiles, absent)


def choose(demand: pd.DataFrame, past: Sequence[Said], now: Said, models: Mapping[str, Model]) -> Ensemble:
    """The ensemble of those that speak now, by what they said before."""
    outcomes = [_outcome(demand, one, now.quantiles) for one in past]
    return Choice().ensemble([one for one in outcomes if len(one.history.items)], models)


def _outcome(demand: pd.DataFrame, said: Said, speaking: Mapping[str, Floats]) -> Outcome:
    """What the models that speak now said then of the next `EVERY` periods, beside what came."""
    at = said.counts.index(EVERY)
    return Outcome(
        history=said.history,
        weeks=EVERY,
        actual=demand_of(demand, said.history, EVERY),
        levels=LEVELS,
        quantiles={name: quantiles[:, at] for name, quantiles in said.quantiles.items() if name in speaking},
        absent=said.absent,
    )
