"""Models whose mean statsforecast computes: averages, exponential smoothing and its kin for intermittent demand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from nova_assets.forecasting.engine import Engine
from nova_assets.forecasting.history import History
from nova_assets.forecasting.models.moments import MatchedMoments


@dataclass(frozen=True)
class SmoothingModel:
    """A point forecast of statsforecast that is the same for every week, with quantiles by matched moments.

    Attributes:
        name: name in the tables of forecasts.
        estimator: name of the class in `statsforecast.models`.
        family: family for the ensemble.
        source: the publication that the estimator implements.
        parameters: arguments of the estimator.
    """

    name: str
    estimator: str
    family: str
    source: str
    parameters: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))

    def fit(self, history: History, pool: History, engine: Engine) -> MatchedMoments:
        from statsforecast import models

        estimator = getattr(models, self.estimator)(**self.parameters)
        return MatchedMoments.of(history, history.items, engine.means(estimator, history.series, 1))


HISTORIC_AVERAGE = SmoothingModel(
    "historic_average", "HistoricAverage", "average", "mean of all weeks since the first demand"
)
SES = SmoothingModel("ses", "SimpleExponentialSmoothingOptimized", "smoothing", "Brown (1956); weight by least squares")
TSB = SmoothingModel(
    "tsb",
    "TSB",
    "smoothing",
    "Teunter, Syntetos & Babai (2011)",
    MappingProxyType({"alpha_d": 0.1, "alpha_p": 0.1}),
)
ADIDA = SmoothingModel(
    "adida", "ADIDA", "smoothing", "Nikolopoulos, Syntetos, Boylan, Petropoulos & Assimakopoulos (2011)"
)
IMAPA = SmoothingModel("imapa", "IMAPA", "smoothing", "Petropoulos & Kourentzes (2015)")
