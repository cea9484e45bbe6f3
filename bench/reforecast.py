"""The product's forecasts of a published set, made again every few periods from what was known by then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from published import FIRST_MONDAY

from nova_assets.forecasting.engine import LocalEngine
from nova_assets.forecasting.ensemble import Choice
from nova_assets.forecasting.history import WEEK, History
from nova_assets.forecasting.lead_time.demand import Protection, SummedDemand
from nova_assets.forecasting.lead_time.durations import DAYS_A_WEEK, Durations
from nova_assets.forecasting.models.protocol import CannotForecastError, Model
from nova_assets.forecasting.outcomes import Outcome, demand_of
from nova_assets.forecasting.parameters import SUMMED_QUANTILES, SUMMED_WEEKS, VALIDATION_ORIGINS, VALIDATION_WEEKS
from nova_assets.forecasting.portfolio import Floats
from nova_assets.planning.demand import ProtectionDemand

LEVELS = np.array(tuple(SUMMED_QUANTILES.values()))


@dataclass(frozen=True)
class Said:
    """What the models say before a period.

    Attributes:
        history: what was known.
        means: model → expected demand of `SUMMED_WEEKS` periods together, (items, numbers of periods).
        quantiles: model → its quantiles, (items, numbers of periods, `LEVELS`).
        absent: model → why it says nothing.
    """

    history: History
    means: Mapping[str, Floats]
    quantiles: Mapping[str, Floats]
    absent: Mapping[str, str]


def say(demand: pd.DataFrame, period: int, models: Mapping[str, Model], periods: Sequence[int]) -> Said:
    """What the models say of the next `periods` periods together before a period, from the demand before it."""
    history = History.before(origin_of(period), demand)
    means, quantiles, absent = {}, {}, {}
    for name, model in models.items():
        try:
            fitted = model.fit(history, history, LocalEngine())
            said = [fitted.demand(0, count, LEVELS) for count in periods]
        except CannotForecastError as error:
            absent[name] = str(error)
            continue
        where = fitted.items.get_indexer(history.items)
        spoken = where >= 0
        mean = np.stack([one.mean for one in said], axis=1)[where]
        levels = np.stack([one.quantiles for one in said], axis=1)[where]
        means[name] = np.where(spoken[:, None], mean, np.nan)
        quantiles[name] = np.where(spoken[:, None, None], levels, np.nan)
    return Said(history, means, quantiles, absent)


def origin_of(period: int) -> date:
    """The Monday that stands for a period (`published.as_weeks`)."""
    return pd.Timestamp(FIRST_MONDAY + WEEK * period).date()


def served(demand: pd.DataFrame, now: Said, past: Sequence[Said], models: Mapping[str, Model], periods: Sequence[int]) -> SummedDemand:
    """The ensemble that past origins speak for, of the demand of the next `periods` periods together."""
    at = list(periods).index(VALIDATION_WEEKS)
    outcomes = [
        Outcome(
            history=one.history,
            weeks=VALIDATION_WEEKS,
            actual=demand_of(demand, one.history, VALIDATION_WEEKS),
            levels=LEVELS,
            quantiles={name: of_model[:, at] for name, of_model in one.quantiles.items() if name in now.quantiles},
            absent=one.absent,
        )
        for one in past
    ]
    chosen = Choice().ensemble(outcomes, models)
    return SummedDemand(periods, LEVELS, chosen.combine(now.means), chosen.combine(now.quantiles)), chosen


def over_protection(summed: SummedDemand, lead_times: np.ndarray, review: int = 1) -> ProtectionDemand:
    """Demand over each item's lead time and the review period, both in periods."""
    distinct, of_item = np.unique(lead_times, return_inverse=True)
    weights = np.eye(len(distinct))[of_item]
    durations = Durations(distinct * DAYS_A_WEEK, weights, weights.cumsum(axis=1))
    demand = Protection(durations, round(review * DAYS_A_WEEK)).demand(summed)
    return ProtectionDemand(demand.mean, demand.quantiles)
