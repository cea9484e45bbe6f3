"""What a forecasting model is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import pandas as pd

from nova_assets.forecasting.engine import Engine
from nova_assets.forecasting.history import History
from nova_assets.forecasting.portfolio import Floats


@dataclass(frozen=True)
class Prediction:
    """Demand of some items over some weeks together, in the items' units.

    Attributes:
        mean: expected demand, shape (items,), ≥ 0.
        quantiles: shape (items, levels), ≥ 0, not falling along the levels.
    """

    mean: Floats
    quantiles: Floats


class Fitted(Protocol):
    """A model that has seen a history."""

    @property
    def items(self) -> pd.Index:
        """The items it speaks of: a sorted part of the history's."""
        ...

    @property
    def steady(self) -> bool:
        """Whether it expects the same of every week, so that `first` changes nothing."""
        ...

    def demand(self, first: int, weeks: int, levels: Floats) -> Prediction:
        """The demand of `weeks` weeks together; quantiles of single weeks cannot be added up.

        Args:
            first: weeks between the origin and the first of them; 0 is the origin's own week.
            weeks: number of weeks; `first + weeks` is at most `parameters.MOST_WEEKS`.
            levels: levels of the quantiles, rising, within (0, 1).

        Returns:
            Rows in the order of `items`; equal on every call.

        Raises:
            CannotForecastError: there is too little to learn from for so many weeks.
        """
        ...


class Model(Protocol):
    """A forecasting model. Stateless: what it learns, it learns from the history it is given."""

    @property
    def name(self) -> str:
        """Its name in the tables of forecasts."""
        ...

    @property
    def family(self) -> str:
        """Models of one family say nearly the same; an ensemble takes one of them."""
        ...

    @property
    def parameters(self) -> Mapping[str, float]:
        """All that was chosen by hand; part of the model's version."""
        ...

    def fit(self, history: History, pool: History, engine: Engine) -> Fitted:
        """Learn what is needed to forecast the items of `history`.

        Args:
            history: demand of the items to forecast; not empty.
            pool: demand of the items that a model may borrow from: the whole portfolio, or a sample of it.
            engine: where estimators of statsforecast run.

        Raises:
            CannotForecastError: it has nothing to say about these items.
        """
        ...


class CannotForecastError(ValueError):
    """A model has nothing to say about this portfolio, or on this machine; the message says why."""
