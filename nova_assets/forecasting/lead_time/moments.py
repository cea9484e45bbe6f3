"""Lead-time demand from its mean and its variance: the formula in use so far, and the negative binomial."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

import numpy as np
import pandas as pd
from scipy import stats

from nova_assets.forecasting.distributions import index_of_dispersion, weekly_quantiles
from nova_assets.forecasting.engine import Engine
from nova_assets.forecasting.history import History
from nova_assets.forecasting.portfolio import Floats


class MeansModel(Protocol):
    """A model that knows the expected demand of each week."""

    @property
    def name(self) -> str: ...

    @property
    def parameters(self) -> Mapping[str, float]: ...

    def means(self, history: History, items: pd.Index, horizon: int, engine: Engine) -> Floats: ...


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

    def quantiles(self, history: History, weeks: int, levels: Floats, engine: Engine) -> Floats:
        known = history.portfolio
        spread = np.sqrt(weeks * known.variance)[:, None] * stats.norm.ppf(levels)
        return np.maximum(weeks * known.mean[:, None] + spread, 0.0)


@dataclass(frozen=True)
class MatchedMoments:
    """Means of a weekly model, summed; negative binomial or gamma with the item's own index of dispersion.

    The sum of L independent weeks with mean mₜ and variance D·mₜ has variance D·Σmₜ: the index of dispersion stays
    (formulas in `nova_assets.forecasting.distributions`).
    """

    source: MeansModel
    family: str

    @property
    def name(self) -> str:
        return self.source.name

    @property
    def parameters(self) -> Mapping[str, float]:
        return self.source.parameters

    def quantiles(self, history: History, weeks: int, levels: Floats, engine: Engine) -> Floats:
        means = self.source.means(history, history.items, weeks, engine)
        return weekly_quantiles(
            np.maximum(means, 0.0).sum(axis=1),
            index_of_dispersion(history.summary),
            history.summary["integral"].to_numpy(dtype=np.bool_),
            tuple(levels),
        )
