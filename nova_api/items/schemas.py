"""Requests and bodies of the item catalogue."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import msgspec

from nova_api.vocabulary import AbcBasis, AbcClass, DemandClass, Versions, XyzClass


class ItemRequest(msgspec.Struct, frozen=True):
    """One item."""

    item_id: str


class ItemSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the catalogue; quantities are in the item's unit."""

    item_id: str
    item_name: str
    family: str
    category: str
    unit: str
    is_service: bool
    active: bool
    demand_class: Annotated[
        DemandClass | None, msgspec.Meta(description="Pattern of the demand (Syntetos, Boylan & Croston 2005)")
    ]
    abc_class: AbcClass | None
    abc_basis: Annotated[AbcBasis | None, msgspec.Meta(description="What the ABC class ranks by")]
    xyz_class: XyzClass | None
    last_demand_on: date | None
    demand_52w: Annotated[
        float | None, msgspec.Meta(description="Demand of the last 52 weeks; null for services, which have none")
    ]
    request_lines_52w: Annotated[int, msgspec.Meta(description="Request lines of the last 52 weeks")]
    origin: Annotated[date | None, msgspec.Meta(description="Monday from which the served forecast looks ahead")]
    served_model: str | None
    forecast_4w: Annotated[float | None, msgspec.Meta(description="Expected demand of the four weeks from the origin")]
    lead_time_median_days: Annotated[float | None, msgspec.Meta(description="Days from request to purchase, median")]
    lead_time_p90_days: Annotated[float | None, msgspec.Meta(description="Days from request to purchase, 90 %")]


class ItemDetail(ItemSummary, frozen=True, kw_only=True):
    """Everything known about one item; a null quantity has its reason beside it where there is one."""

    adi: Annotated[float | None, msgspec.Meta(description="Average interval between weeks with demand, in weeks")]
    cv2: Annotated[float | None, msgspec.Meta(description="Squared coefficient of variation of the weeks with demand")]
    weeks_observed: int | None
    weeks_with_demand: int | None
    first_demand_on: date | None
    demand_total: float | None
    mean_weekly_demand: float | None
    lead_time_lines: int
    on_hand: float | None
    on_hand_reason: Annotated[str | None, msgspec.Meta(description="Why on_hand is null, e.g. stock_not_in_source")]
    unit_cost_brl: float | None
    unit_cost_reason: Annotated[str | None, msgspec.Meta(description="Why unit_cost_brl is null")]
    criticality: str | None
    min_order_qty: float | None
    order_multiple: float | None
    attributes: Annotated[dict[str, Any], msgspec.Meta(description="What the source says beyond the columns")]
    versions: Versions
