"""What one model says on one origin."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import pyarrow as pa

from nova_assets.forecasting.engine import Engine
from nova_assets.forecasting.history import History
from nova_assets.forecasting.models.protocol import CannotForecastError, Model
from nova_assets.forecasting.parameters import HORIZON_WEEKS
from nova_assets.forecasting.rows import FORECASTS_SCHEMA, SUMMED_SCHEMA, Figures, Made, forecast_rows, summed_rows
from nova_assets.forecasting.version import model_version


@dataclass(frozen=True)
class OriginSummary:
    """What there is of one model on one origin.

    Attributes:
        rows: rows of the lake's table `forecasts`.
        items: items spoken of.
        seconds: what it took.
        last_week: Monday of the last known week, or None.
        weeks_missing: whole weeks between that week and the origin.
        absent: why there are no rows, or None.
    """

    origin: date
    rows: int
    items: int
    seconds: float
    last_week: date | None
    weeks_missing: int
    absent: str | None

    @classmethod
    def of(cls, parts: Sequence[OriginSummary]) -> OriginSummary:
        """Of the parts of a portfolio together."""
        rows = sum(part.rows for part in parts)
        return cls(
            parts[0].origin,
            rows,
            sum(part.items for part in parts),
            sum(part.seconds for part in parts),
            max((part.last_week for part in parts if part.last_week), default=None),
            max(part.weeks_missing for part in parts),
            None if rows else next((part.absent for part in parts if part.absent), None),
        )


@dataclass(frozen=True)
class OriginForecast:
    """What one model says on one origin.

    Attributes:
        history: what the forecasts were made from.
        said: the figures, and who made them; None where there are none.
        seconds: what it took.
        absent: why there are none, or None.
    """

    history: History
    said: tuple[Figures, Made] | None
    seconds: float
    absent: str | None

    @property
    def forecasts(self) -> pa.Table:
        """Rows of the lake's table `forecasts`, made anew each time."""
        return forecast_rows(*self.said) if self.said else FORECASTS_SCHEMA.empty_table()

    @property
    def summed(self) -> pa.Table:
        """Rows of the lake's table `summed_demand`, made anew each time."""
        return summed_rows(*self.said) if self.said else SUMMED_SCHEMA.empty_table()

    @property
    def summary(self) -> OriginSummary:
        """What there is, without the rows."""
        items = len(self.said[0].items) if self.said else 0
        return OriginSummary(
            origin=self.history.origin,
            rows=items * HORIZON_WEEKS,
            items=items,
            seconds=self.seconds,
            last_week=self.history.last_week,
            weeks_missing=self.history.weeks_missing,
            absent=self.absent,
        )


def forecast_origin(model: Model, history: History, pool: History, engine: Engine, now: datetime) -> OriginForecast:
    """Forecasts the items of `history` from its origin on.

    An origin that the data do not reach yet has no forecast: the latest one they reach is the one to look at, and the
    rows of an earlier, longer source are replaced by none.

    Args:
        pool: what the model may borrow from.
        now: instant written as `generated_at`.
    """
    if history.weeks_missing:
        return _absent(history, f"the data end {history.weeks_missing} weeks before the origin")
    if history.items.empty:
        return _absent(history, "there is no demand before the origin")
    started = time.perf_counter()
    try:
        figures = Figures.of(model.fit(history, pool, engine))
    except CannotForecastError as error:
        return _absent(history, str(error))
    seconds = time.perf_counter() - started
    made = Made(history.origin, model.name, model_version(model, history, pool), round(seconds, 3), now)
    return OriginForecast(history, (figures, made), seconds, None)


def _absent(history: History, reason: str) -> OriginForecast:
    return OriginForecast(history, None, 0.0, reason)
