"""Models whose mean statsforecast computes: averages, exponential smoothing and its kin for intermittent demand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nova_assets.forecasting.engine import Engine
from nova_assets.forecasting.history import History
from nova_assets.forecasting.models.protocol import Prediction, matched_moments


@dataclass(frozen=True)
class SmoothingModel:
    """A point forecast of statsforecast, with quantiles by matched moments.

    Attributes:
        name: name in the table of forecasts.
        estimator: name of the class in `statsforecast.models`.
        source: the publication that the estimator implements.
        parameters: arguments of the estimator.
    """

    name: str
    estimator: str
    source: str
    parameters: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))

    def predict(self, history: History, items: pd.Index, horizon: int, engine: Engine) -> Prediction:
        return matched_moments(history, items, self.means(history, items, horizon, engine))

    def means(self, history: History, items: pd.Index, horizon: int, engine: Engine) -> NDArray[np.float64]:
        """Expected weekly demand (items, weeks), as the estimator gives it."""
        from statsforecast import models

        estimator = getattr(models, self.estimator)(**self.parameters)
        return engine.means(estimator, history.of(items), horizon)


HISTORIC_AVERAGE = SmoothingModel("historic_average", "HistoricAverage", "mean of all weeks since the first demand")
SES = SmoothingModel("ses", "SimpleExponentialSmoothingOptimized", "Brown (1956); weight by least squares")
TSB = SmoothingModel(
    "tsb", "TSB", "Teunter, Syntetos & Babai (2011)", MappingProxyType({"alpha_d": 0.1, "alpha_p": 0.1})
)
ADIDA = SmoothingModel("adida", "ADIDA", "Nikolopoulos, Syntetos, Boylan, Petropoulos & Assimakopoulos (2011)")
IMAPA = SmoothingModel("imapa", "IMAPA", "Petropoulos & Kourentzes (2015)")
CROSTON_SBA = SmoothingModel("croston_sba", "CrostonSBA", "Syntetos & Boylan (2005)")
