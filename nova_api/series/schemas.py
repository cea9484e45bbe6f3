"""Requests and bodies of demand over time."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import msgspec

from nova_api.vocabulary import Document

Grain = Literal["week", "day"]


class TimeseriesRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Demand of one item between two dates, both included."""

    item_id: str
    grain: Grain
    first: date | None = None
    last: date | None = None


class SeriesPoint(msgspec.Struct, frozen=True):
    """Demand of one day, or of the week that begins on this Monday."""

    date: date
    site_id: Annotated[str, msgspec.Meta(description="The site; ALL by week, where sites are pooled")]
    demand: float


class Timeseries(Document, frozen=True, kw_only=True):
    """Demand of one item in its unit; by week it is complete with zeros from the first demand on."""

    item_id: str
    unit: str
    grain: Grain
    data: list[SeriesPoint]
