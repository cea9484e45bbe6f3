"""Figures by period, and the matrix of classes."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import msgspec

from nova_api.listings.declaration import Listing, any_of, equal, span


class KpiPeriod(msgspec.Struct, frozen=True, kw_only=True):
    """A figure of one period and member."""

    grain: Annotated[Literal["day", "week", "month"], msgspec.Meta(description="Length of the period")]
    period: Annotated[date, msgspec.Meta(description="Its first day; weeks begin on Monday")]
    dimension: Annotated[
        Literal["all", "family", "site", "supplier", "client"], msgspec.Meta(description="What the member is")
    ]
    member: Annotated[str, msgspec.Meta(description="Which of them; ALL")]
    kpi: Annotated[str, msgspec.Meta(description="Code of the KPI, defined in docs/kpis.md")]
    value: Annotated[float | None, msgspec.Meta(description="Value")]
    unit: Annotated[Literal["share", "days", "brl", "per_year"], msgspec.Meta(description="Unit of the value")]
    numerator: Annotated[float | None, msgspec.Meta(description="Sum over the days")]
    denominator: Annotated[float | None, msgspec.Meta(description="Sum over the days; null: the value is a sum")]
    reason: Annotated[str | None, msgspec.Meta(description="Why there is no value")]
    through: Annotated[date | None, msgspec.Meta(description="Last day of the period that counts in it")]


class AbcXyz(msgspec.Struct, frozen=True, kw_only=True):
    """Items of a family in one class of value and regularity."""

    family: Annotated[str, msgspec.Meta(description="Family; ALL")]
    abc_class: Annotated[Literal["A", "B", "C", "-"], msgspec.Meta(description="ABC class")]
    xyz_class: Annotated[Literal["X", "Y", "Z", "-"], msgspec.Meta(description="XYZ class")]
    abc_basis: Annotated[str | None, msgspec.Meta(description="What ABC ranks by")]
    origin: Annotated[date, msgspec.Meta(description="Origin of the profiles")]
    items: Annotated[int, msgspec.Meta(description="Items")]
    request_lines_52w: Annotated[int, msgspec.Meta(description="Lines in 52 weeks")]
    demand_value_52w_brl: Annotated[float | None, msgspec.Meta(description="Demand of 52 weeks at unit cost (BRL)")]
    stock_value_brl: Annotated[float | None, msgspec.Meta(description="Stock of the last day at its unit cost (BRL)")]
    stock_reason: Annotated[str | None, msgspec.Meta(description="Why there is no stock value")]
    value_reason: Annotated[str | None, msgspec.Meta(description="Why there is no demand value")]


KPI_PERIODS = Listing(
    name="KpiPeriods",
    path="kpis/periods",
    tag="kpis",
    summary="Every figure by day, week or month, of all and by family, site, supplier and client",
    row=KpiPeriod,
    sql="kpi_periods",
    key=("grain", "period", "dimension", "member", "kpi"),
    filters=(equal("grain"), equal("dimension"), any_of("member"), any_of("kpi"), *span("period")),
    sortable=("period", "value"),
)

ABC_XYZ = Listing(
    name="AbcXyz",
    path="kpis/abc-xyz",
    tag="kpis",
    summary="Items by value (ABC) and regularity (XYZ), of all and by family",
    row=AbcXyz,
    sql="abc_xyz",
    key=("family", "abc_class", "xyz_class"),
    filters=(equal("family"), equal("abc_class"), equal("xyz_class")),
)
