"""What models said on a past origin, beside what came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nova_assets.forecasting.engine import Engine
from nova_assets.forecasting.history import History
from nova_assets.forecasting.losses import measurable, naive_scale, pinball_loss
from nova_assets.forecasting.models.protocol import CannotForecastError, Model
from nova_assets.forecasting.portfolio import Floats


@dataclass(frozen=True)
class Outcome:
    """Demand of some weeks together from one origin on: what each model said, and what came.

    Attributes:
        history: demand before the origin.
        weeks: number of weeks.
        actual: demand of those weeks, of each of `history.items`.
        levels: levels of the quantiles.
        quantiles: model → (items, levels); NaN for items that the model does not speak of.
        absent: model → why it says nothing on this origin.
    """

    history: History
    weeks: int
    actual: Floats
    levels: Floats
    quantiles: Mapping[str, Floats]
    absent: Mapping[str, str]

    @cached_property
    def measurable(self) -> NDArray[np.bool_]:
        """Items by which models are compared: those with a change to scale by, and with more than one demand."""
        return measurable(self.history)

    def losses(self, quantiles: Floats) -> Floats:
        """Scaled pinball loss: pinball loss ÷ (weeks × mean absolute weekly change), (measurable items, levels)."""
        loss = pinball_loss(self.actual[:, None], quantiles[:, None, :], self.levels)[:, 0]
        return (loss / (self.weeks * naive_scale(self.history)[:, None]))[self.measurable]

    def covered(self, quantiles: Floats) -> NDArray[np.bool_]:
        """Whether what came was no more than the quantile, (measurable items, levels)."""
        return (self.actual[:, None] <= quantiles)[self.measurable]


def outcome(
    demand: pd.DataFrame,
    origin: date,
    weeks: int,
    levels: Sequence[float],
    models: Mapping[str, Model],
    engine: Engine,
) -> Outcome:
    """Forecasts the weeks from `origin` on with nothing but the demand before it.

    Args:
        demand: `unique_id, ds, y`, reaching at least to the end of those weeks.
    """
    history = History.before(origin, demand)
    quantiles, absent = {}, {}
    for name, model in models.items():
        try:
            fitted = model.fit(history, history, engine)
            said = fitted.demand(0, weeks, np.asarray(levels)).quantiles
        except CannotForecastError as error:
            absent[name] = str(error)
        else:
            quantiles[name] = pd.DataFrame(said, index=fitted.items).reindex(history.items).to_numpy()
    return Outcome(history, weeks, demand_of(demand, history, weeks), np.asarray(levels), quantiles, absent)


def demand_of(demand: pd.DataFrame, history: History, weeks: int) -> Floats:
    """What came in the `weeks` weeks from the history's origin on, of each of its items.

    Args:
        demand: `unique_id, ds, y`, reaching at least to the end of those weeks.
    """
    after = np.datetime64(history.origin + timedelta(weeks=weeks))
    week = demand["ds"].to_numpy()
    coming = demand[(week >= np.datetime64(history.origin)) & (week < after)]
    return coming.groupby("unique_id")["y"].sum().reindex(history.items, fill_value=0.0).to_numpy(dtype=np.float64)
