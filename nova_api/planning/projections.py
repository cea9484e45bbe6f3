"""What stock will do."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec

from nova_api.listings.declaration import Axis, Listing, any_of, at_least, at_most, equal, span


class Projection(msgspec.Struct, frozen=True, kw_only=True):
    """What the stock of an item will do; its path day by day is at `projections/days`."""

    date: Annotated[date, msgspec.Meta(description="Day at whose end the plan was made")]
    item_id: Annotated[str, msgspec.Meta(description="Item")]
    site_id: Annotated[str, msgspec.Meta(description="Stocking place; ALL = all together")]
    origin: Annotated[date | None, msgspec.Meta(description="Monday of the forecast; null: none")]
    on_hand: Annotated[float | None, msgspec.Meta(description="Stock on hand; null: not in the source (item's unit)")]
    on_order: Annotated[float | None, msgspec.Meta(description="Ordered and not received (item's unit)")]
    late_on_order: Annotated[
        float | None,
        msgspec.Meta(description="Part of it that was expected before the day: shown, and no cover (item's unit)"),
    ]
    lost_on_order: Annotated[
        float | None,
        msgspec.Meta(description="Part of that which is so late that nobody should wait for it (item's unit)"),
    ]
    position: Annotated[
        float | None, msgspec.Meta(description="On hand and on order, without what is late (item's unit)")
    ]
    too_late_on_order: Annotated[
        float | None,
        msgspec.Meta(description="Part of the position that comes after stock runs out (q50) (item's unit)"),
    ]
    next_arrival_on: Annotated[date | None, msgspec.Meta(description="First arrival expected; null: none")]
    demand_share: Annotated[
        float | None,
        msgspec.Meta(
            description="The place's part of the item's issues of a year; 1 for ALL; null: the item had none (share)"
        ),
    ]
    horizon_days: Annotated[int, msgspec.Meta(description="Days of the arrays")]
    days_of_cover: Annotated[
        int | None,
        msgspec.Meta(
            description="First day (1 = the next) on which median demand exceeds the position; null: none of 26 weeks"
        ),
    ]
    stockout_on_q50: Annotated[
        date | None, msgspec.Meta(description="First day with less than nothing, at median demand")
    ]
    stockout_on_q90: Annotated[date | None, msgspec.Meta(description="The same at the 90 % quantile of demand")]
    stockout_probability: Annotated[
        float | None, msgspec.Meta(description="Chance that demand within the lead time exceeds the position (share)")
    ]
    expected_shortage: Annotated[
        float | None,
        msgspec.Meta(
            description="Demand within the lead time that the position is expected to leave unmet (item's unit)"
        ),
    ]
    reason: Annotated[
        Literal["stock_not_in_source", "no_forecast", "no_demand_by_place"] | None,
        msgspec.Meta(description="Why something is null"),
    ]
    made_at: Annotated[datetime, msgspec.Meta(description="When it was computed")]
    item_name: Annotated[str | None, msgspec.Meta(description="Name; null: no longer in the register")]
    family: Annotated[str | None, msgspec.Meta(description="Family")]
    unit: Annotated[str | None, msgspec.Meta(description="Unit of its quantities")]


class ProjectionDay(msgspec.Struct, frozen=True, kw_only=True):
    """Stock of an item foretold for the end of one day."""

    date: Annotated[date, msgspec.Meta(description="Day at whose end the plan was made")]
    item_id: Annotated[str, msgspec.Meta(description="Item")]
    site_id: Annotated[str, msgspec.Meta(description="Stocking place; ALL = all together")]
    day: Annotated[date, msgspec.Meta(description="Day that is foretold")]
    stock_q10: Annotated[
        float | None,
        msgspec.Meta(
            description="Stock at its end where demand is at its 90 % quantile (item's unit); below zero: missing"
        ),
    ]
    stock_q50: Annotated[float | None, msgspec.Meta(description="The same at median demand (item's unit)")]
    stock_q90: Annotated[
        float | None, msgspec.Meta(description="The same at the 10 % quantile of demand (item's unit)")
    ]
    arrivals: Annotated[float | None, msgspec.Meta(description="Arrivals expected on it (item's unit)")]


PROJECTIONS = Listing(
    name="Projections",
    path="projections",
    tag="planning",
    summary="What stock will do: position, cover, stockout dates and chances",
    row=Projection,
    sql="projections",
    key=("date", "item_id", "site_id"),
    filters=(
        any_of("item_id"),
        any_of("site_id"),
        equal("family"),
        *span("stockout_on_q50", "stockout_from", "stockout_to"),
        at_least("stockout_probability"),
        at_most("days_of_cover"),
    ),
    sortable=("stockout_on_q50", "stockout_probability", "days_of_cover", "expected_shortage"),
    axis=Axis("date", "analytics.stock_projection", "from", "to"),
)

PROJECTION_DAYS = Listing(
    name="ProjectionDays",
    path="projections/days",
    tag="planning",
    summary="What stock will do, day by day",
    row=ProjectionDay,
    sql="projection_days",
    key=("date", "item_id", "site_id", "day"),
    filters=(any_of("item_id"), any_of("site_id"), *span("day", "day_from", "day_to")),
    axis=Axis("date", "analytics.stock_projection", "from", "to"),
)
