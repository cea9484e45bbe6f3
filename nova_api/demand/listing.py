"""Demand of many items."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec

from nova_api.listings.declaration import Listing, any_of, span


class DemandDay(msgspec.Struct, frozen=True, kw_only=True):
    """Demand of an item for a site on one day."""

    item_id: Annotated[str, msgspec.Meta(description="Item")]
    site_id: Annotated[str, msgspec.Meta(description="Site it was for")]
    date: Annotated[date, msgspec.Meta(description="Day of the demand")]
    demand: Annotated[float, msgspec.Meta(description="Quantity demanded (item's unit)")]
    request_lines: Annotated[int, msgspec.Meta(description="Lines it came in")]
    demand_value_brl: Annotated[float | None, msgspec.Meta(description="Value; null: no price in the source (BRL)")]


class DemandWeek(msgspec.Struct, frozen=True, kw_only=True):
    """Demand of an item in one week, all sites together."""

    item_id: Annotated[str, msgspec.Meta(description="Item")]
    week: Annotated[date, msgspec.Meta(description="Monday of the week")]
    demand: Annotated[float, msgspec.Meta(description="Quantity demanded (item's unit)")]
    request_lines: Annotated[int, msgspec.Meta(description="Lines it came in")]


DEMAND_DAILY = Listing(
    name="DemandDaily",
    path="demand/daily",
    tag="demand",
    summary="Demand by item, site and day; days without demand have no row",
    row=DemandDay,
    sql="demand_daily",
    key=("item_id", "site_id", "date"),
    filters=(any_of("item_id"), any_of("site_id"), *span("date")),
)

DEMAND_WEEKLY = Listing(
    name="DemandWeekly",
    path="demand/weekly",
    tag="demand",
    summary="Demand by item and week, sites pooled; complete with zeros from the first demand on",
    row=DemandWeek,
    sql="demand_weekly",
    key=("item_id", "week"),
    filters=(any_of("item_id"), *span("week")),
)
