"""What a model of lead-time demand is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from nova_assets.forecasting.engine import Engine
from nova_assets.forecasting.history import History
from nova_assets.forecasting.portfolio import Floats


class LeadTimeModel(Protocol):
    """Quantiles of the demand summed over the weeks that follow the history. Stateless and repeatable."""

    @property
    def name(self) -> str: ...

    @property
    def family(self) -> str:
        """Models of one family say nearly the same; an ensemble takes one of them."""
        ...

    @property
    def parameters(self) -> Mapping[str, float]:
        """All that was chosen by hand; part of the model's version."""
        ...

    def quantiles(self, history: History, weeks: int, levels: Floats, engine: Engine) -> Floats:
        """Quantiles of demand over the next `weeks` weeks of every item.

        Args:
            history: demand before the origin.
            weeks: length of the lead time with its review period, in weeks.
            levels: levels of the quantiles, rising, within (0, 1).
            engine: where estimators of statsforecast run.

        Returns:
            Shape (`history.items`, levels), item's unit, ≥ 0, not falling along the levels.

        Raises:
            CannotForecastError: the model learns from the portfolio and this one is too small or too young, or a
                library of the system is missing.
        """
        ...


class CannotForecastError(ValueError):
    """A model has nothing to say about this portfolio, or on this machine; the message says why."""
