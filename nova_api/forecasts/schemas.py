"""Requests and bodies of an item's forecasts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import msgspec

from nova_api.vocabulary import Document


class ForecastRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The forecast of one item made at an origin by a model; absent: the latest origin, the served model."""

    item_id: str
    origin: date | None = None
    model: str | None = None


class ForecastPoint(msgspec.Struct, frozen=True, kw_only=True):
    """Demand expected in one week, and the quantiles of what it may be, in the item's unit."""

    forecast_date: Annotated[date, msgspec.Meta(description="Monday of the week")]
    forecast_value: float | None
    q05: float | None
    q10: float | None
    q50: float | None
    q80: float | None
    q90: float | None
    q95: float | None
    q99: float | None


class Forecast(Document, frozen=True, kw_only=True):
    """One forecast of one item; an item without forecasts has no origin, no model and no points."""

    item_id: str
    unit: str
    origin: Annotated[date | None, msgspec.Meta(description="Monday from which the forecast looks ahead")]
    origins: Annotated[list[date], msgspec.Meta(description="Origins that can be asked for, newest first")]
    model: str | None
    served: Annotated[bool | None, msgspec.Meta(description="Whether this model is the one planned with")]
    models: Annotated[list[str], msgspec.Meta(description="Models that can be asked for at this origin")]
    model_version: str | None
    generated_at: datetime | None
    data: list[ForecastPoint]
