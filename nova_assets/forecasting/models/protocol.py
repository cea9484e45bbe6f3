"""What a forecasting model is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nova_assets.forecasting.distributions import index_of_dispersion, weekly_quantiles
from nova_assets.forecasting.engine import Engine
from nova_assets.forecasting.history import History
from nova_assets.forecasting.parameters import QUANTILES


@dataclass(frozen=True)
class Prediction:
    """Forecasts of some items over the horizon, in the items' units.

    Attributes:
        mean: expected demand, shape (items, weeks), ≥ 0.
        quantiles: shape (items, weeks, quantiles), in the order of `parameters.QUANTILES`, ≥ 0, not crossing.
    """

    mean: NDArray[np.float64]
    quantiles: NDArray[np.float64]


class Model(Protocol):
    """A forecasting model. Stateless: what it learns, it learns from the history it is given."""

    @property
    def name(self) -> str:
        """Its name in the table of forecasts."""
        ...

    @property
    def parameters(self) -> Mapping[str, float]:
        """All that was chosen by hand; part of the model's version."""
        ...

    def predict(self, history: History, items: pd.Index, horizon: int, engine: Engine) -> Prediction:
        """Forecasts `items` for the `horizon` weeks that follow the last week of `history`.

        Args:
            history: demand of the whole portfolio, so that a model may borrow from other items.
            items: the items to forecast, a sorted, not empty part of `history.items`.
            horizon: number of weeks.
            engine: where estimators of statsforecast run.
        """
        ...


def matched_moments(history: History, items: pd.Index, mean: NDArray[np.float64]) -> Prediction:
    """The prediction of a model that knows means only: quantiles by the items' own dispersion of demand.

    Args:
        history: demand the dispersion is taken from.
        items: the items, in the order of the rows of `mean`.
        mean: expected demand (items, weeks); what a model puts below zero counts as zero.
    """
    mean = np.maximum(mean, 0.0)
    summary = history.summary.loc[items]
    weeks = mean.shape[1]
    quantiles = weekly_quantiles(
        mean.reshape(-1),
        np.repeat(index_of_dispersion(summary), weeks),
        np.repeat(summary["integral"].to_numpy(dtype=np.bool_), weeks),
        tuple(QUANTILES.values()),
    )
    return Prediction(mean, quantiles.reshape(len(items), weeks, len(QUANTILES)))
