"""Demand from its mean and its variance: the negative binomial, and the formula in use so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from nova_assets.forecasting.distributions import index_of_dispersion, weekly_quantiles
from nova_assets.forecasting.engine import Engine
from nova_assets.forecasting.history import History
from nova_assets.forecasting.models.protocol import Prediction
from nova_assets.forecasting.portfolio import Floats


@dataclass(frozen=True)
class MatchedMoments:
    """What a model says that knows means only: negative binomial or gamma with the item's own index of dispersion.

    The sum of L independent weeks with mean mₜ and variance D·mₜ has variance D·Σmₜ: the index of dispersion stays
    (formulas in `nova_assets.forecasting.distributions`).

    Attributes:
        means: expected weekly demand, (items, weeks), ≥ 0; one column where it is the same in every week.
        dispersion: index of dispersion of each item.
        integral: whether an item is demanded in whole units.
    """

    items: pd.Index
    means: Floats
    dispersion: Floats
    integral: NDArray[np.bool_]

    @classmethod
    def of(cls, history: History, items: pd.Index, means: Floats) -> MatchedMoments:
        """With the dispersion of `history`; what a model puts below zero counts as zero."""
        summary = history.summary.loc[items]
        return cls(
            items, np.maximum(means, 0.0), index_of_dispersion(summary), summary["integral"].to_numpy(dtype=np.bool_)
        )

    @property
    def steady(self) -> bool:
        return self.means.shape[1] == 1

    def demand(self, first: int, weeks: int, levels: Floats) -> Prediction:
        mean = weeks * self.means[:, 0] if self.steady else self.means[:, first : first + weeks].sum(axis=1)
        return Prediction(mean, weekly_quantiles(mean, self.dispersion, self.integral, tuple(levels)))


@dataclass(frozen=True)
class NormalDemand:
    """Normal demand of independent weeks, never below zero."""

    items: pd.Index
    mean: Floats
    variance: Floats
    steady: bool = True

    def demand(self, first: int, weeks: int, levels: Floats) -> Prediction:
        spread = np.sqrt(weeks * self.variance)[:, None] * stats.norm.ppf(levels)
        mean = weeks * self.mean
        return Prediction(mean, np.maximum(mean[:, None] + spread, 0.0))


@dataclass(frozen=True)
class PresentFormula:
    """The reorder point as the company computes it so far: D×L + Z·σ·√L, normal, never below zero.

    It is the benchmark that every other model is measured against.
    """

    name: str = "present_formula"
    family: str = "normal"

    @property
    def parameters(self) -> Mapping[str, float]:
        return MappingProxyType({})

    def fit(self, history: History, pool: History, engine: Engine) -> NormalDemand:
        return NormalDemand(history.items, history.portfolio.mean, history.portfolio.variance)
