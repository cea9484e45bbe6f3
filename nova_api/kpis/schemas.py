"""Requests and bodies of the figures of the whole operation."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec

from nova_api.vocabulary import Document


class KpisRequest(msgspec.Struct, frozen=True):
    """The summary has no choices."""


class FamilyDaysRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Days between two dates, both included, of one family or of all."""

    first: date | None = None
    last: date | None = None
    family: str | None = None


class LeadTimesRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Lead times of one family, of one supplier, or of all."""

    family: str | None = None
    supplier_id: str | None = None


class ForecastAccuracyRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Scores of one model, of one demand class, or of all."""

    model: str | None = None
    demand_class: str | None = None


class Kpi(msgspec.Struct, frozen=True, kw_only=True):
    """One figure with its unit; where it is null, the reason says why."""

    kpi: str
    value: float | None
    unit: Annotated[str, msgspec.Meta(description="items, lines, days, share (0 to 1), brl or per_year")]
    reason: str | None
    as_of: Annotated[date | None, msgspec.Meta(description="Last day of data it speaks of; null before there are data")]


class KpiList(Document, frozen=True, kw_only=True):
    """The summary figures."""

    data: list[Kpi]


class DemandDailyFamily(msgspec.Struct, frozen=True, kw_only=True):
    """Demand of a family on one day, in one unit."""

    date: date
    family: str
    unit: str
    demand: float
    request_lines: int
    items: int


class DemandDailyFamilyList(Document, frozen=True, kw_only=True):
    """Demand by day, family and unit."""

    data: list[DemandDailyFamily]


class RequestsOpenDaily(msgspec.Struct, frozen=True, kw_only=True):
    """Request lines of a family that were open at the end of one day."""

    date: date
    family: str
    open_lines: int
    oldest_open_days: int | None


class RequestsOpenDailyList(Document, frozen=True, kw_only=True):
    """Open request lines by day and family."""

    data: list[RequestsOpenDaily]


class LeadTime(msgspec.Struct, frozen=True, kw_only=True):
    """Days from request to purchase of a supplier in a family."""

    supplier_id: str
    supplier_name: str
    family: str
    lines: int
    median_days: float | None
    p90_days: float | None
    after_the_fact_lines: Annotated[int, msgspec.Meta(description="Lines bought before they were requested")]
    receipt_lead_time_days: float | None
    receipt_reason: Annotated[str | None, msgspec.Meta(description="Why receipt_lead_time_days is null")]


class LeadTimeList(Document, frozen=True, kw_only=True):
    """Lead times by supplier and family."""

    data: list[LeadTime]


class ForecastAccuracy(msgspec.Struct, frozen=True, kw_only=True):
    """Scores of a model against what happened; `all` and 0 are the pooled class and horizon."""

    model: str
    demand_class: str
    horizon_weeks: int
    forecasts: int
    origins: int
    wape: float | None
    bias: float | None
    pinball_q50: float | None
    pinball_q90: float | None
    pinball_q95: float | None
    coverage_q90: float | None
    coverage_q95: float | None


class ForecastAccuracyList(Document, frozen=True, kw_only=True):
    """Scores by model, demand class and horizon."""

    data: list[ForecastAccuracy]
