"""Models that choose their own form for each series: ARIMA and exponential smoothing, with a season if there is one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np

from nova_assets.forecasting.engine import Engine
from nova_assets.forecasting.history import History
from nova_assets.forecasting.models.moments import MatchedMoments
from nova_assets.forecasting.models.protocol import CannotForecastError
from nova_assets.forecasting.models.regular import (
    FEWEST_WEEKS,
    LEAST_STRENGTH,
    LONGEST_INTERVAL,
    SEASON_WEEKS,
    regular_items,
    seasonal_items,
)
from nova_assets.forecasting.parameters import MOST_WEEKS
from nova_assets.forecasting.series import Series


@dataclass(frozen=True)
class AutomaticModel:
    """Weekly means by a model that is chosen per series by its information criterion; quantiles by matched moments.

    It speaks of regular items only. A season is taken off by STL first and put back afterwards (Cleveland, Cleveland,
    McRae & Terpenning 1990): with 52 weeks in it, ARIMA would take minutes for a series, and exponential smoothing
    knows no such season.

    Attributes:
        estimator: name of the class in `statsforecast.models`.
        source: the publication that the estimator implements.
        arguments: of the estimator, for a series without a season.
    """

    name: str
    estimator: str
    source: str
    family: str
    arguments: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def parameters(self) -> Mapping[str, float]:
        return MappingProxyType(
            {
                "fewest_weeks": FEWEST_WEEKS,
                "longest_interval": LONGEST_INTERVAL,
                "season_weeks": SEASON_WEEKS,
                "least_strength": LEAST_STRENGTH,
            }
        )

    def fit(self, history: History, pool: History, engine: Engine) -> MatchedMoments:
        from statsforecast import models

        items = regular_items(history)
        if items.empty:
            raise CannotForecastError(
                f"no item has {FEWEST_WEEKS} weeks and demand in every {LONGEST_INTERVAL:.0f} of them"
            )
        estimator = getattr(models, self.estimator)(season_length=1, **self.arguments)
        seasonal = items.isin(seasonal_items(history, items))
        means = np.empty((len(items), MOST_WEEKS))
        if seasonal.any():
            deseasoned = models.MSTL(SEASON_WEEKS, trend_forecaster=estimator)
            means[seasonal] = engine.means(deseasoned, Series.of(history.of(items[seasonal])), MOST_WEEKS)
        if not seasonal.all():
            means[~seasonal] = engine.means(estimator, Series.of(history.of(items[~seasonal])), MOST_WEEKS)
        return MatchedMoments.of(history, items, means)


AUTO_ARIMA = AutomaticModel("auto_arima", "AutoARIMA", "Hyndman & Khandakar (2008)", "arima")
AUTO_ETS = AutomaticModel(
    "auto_ets",
    "AutoETS",
    "Hyndman, Koehler, Snyder & Grose (2002)",
    "smoothing",
    MappingProxyType({"model": "ZZN"}),
)
