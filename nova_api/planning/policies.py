"""When to order and how much, and what service costs."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec

from nova_api.listings.declaration import Axis, Listing, any_of, equal


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """When to order an item and how much, by one method."""

    date: Annotated[date, msgspec.Meta(description="Day at whose end the plan was made; later facts were not known")]
    item_id: Annotated[str, msgspec.Meta(description="Item")]
    site_id: Annotated[str, msgspec.Meta(description="Stocking place; ALL = all together, what is bought")]
    method: Annotated[
        Literal["service", "allocated", "classic"],
        msgspec.Meta(
            description="service: a target for each item; allocated: one multiplier for all; classic: normal demand"
        ),
    ]
    served: Annotated[bool, msgspec.Meta(description="The method that is planned by")]
    origin: Annotated[date, msgspec.Meta(description="Monday of the forecast")]
    supplier_id: Annotated[str | None, msgspec.Meta(description="Supplier of most lines")]
    target_service: Annotated[
        float,
        msgspec.Meta(
            description="Chance that demand of lead time and review period stays within the reorder point (share)"
        ),
    ]
    lead_time_days: Annotated[float, msgspec.Meta(description="Mean lead time")]
    review_period_days: Annotated[int, msgspec.Meta(description="Days between two looks at an item")]
    expected_demand: Annotated[
        float, msgspec.Meta(description="Expected demand over lead time and review period (item's unit)")
    ]
    reorder_point: Annotated[float, msgspec.Meta(description="Position at or below which to order (item's unit)")]
    safety_stock: Annotated[float, msgspec.Meta(description="Reorder point less expected demand (item's unit)")]
    order_quantity: Annotated[float, msgspec.Meta(description="Usual quantity of an order (item's unit)")]
    order_up_to: Annotated[float, msgspec.Meta(description="Reorder point and order quantity (item's unit)")]
    eoq: Annotated[
        float | None,
        msgspec.Meta(description="Economic order quantity (Harris 1913); null: no cost known (item's unit)"),
    ]
    min_order_qty: Annotated[float | None, msgspec.Meta(description="Minimum order (item's unit)")]
    order_multiple: Annotated[float | None, msgspec.Meta(description="Multiple (item's unit)")]
    unit_cost_brl: Annotated[float | None, msgspec.Meta(description="Unit cost (BRL)")]
    weight: Annotated[
        float | None,
        msgspec.Meta(
            description="What a unit of stock costs beside what its lack does, relative; null: no price known"
        ),
    ]
    criticality: Annotated[str | None, msgspec.Meta(description="Criticality")]
    abc_class: Annotated[str | None, msgspec.Meta(description="Class by value")]
    reason: Annotated[str | None, msgspec.Meta(description="Why something is not known, as a code")]
    made_at: Annotated[datetime, msgspec.Meta(description="When it was computed")]
    item_name: Annotated[str | None, msgspec.Meta(description="Name; null: no longer in the register")]
    family: Annotated[str | None, msgspec.Meta(description="Family")]
    unit: Annotated[str | None, msgspec.Meta(description="Unit of its quantities")]


class PolicyComparison(msgspec.Struct, frozen=True, kw_only=True):
    """The three methods side by side for one item, all places together."""

    date: Annotated[date, msgspec.Meta(description="Day at whose end the plan was made")]
    item_id: Annotated[str, msgspec.Meta(description="Item")]
    item_name: Annotated[str | None, msgspec.Meta(description="Name; null: no longer in the register")]
    family: Annotated[str | None, msgspec.Meta(description="Family")]
    unit: Annotated[str | None, msgspec.Meta(description="Unit of its quantities")]
    criticality: Annotated[str | None, msgspec.Meta(description="Criticality")]
    abc_class: Annotated[str | None, msgspec.Meta(description="Class by value")]
    unit_cost_brl: Annotated[float | None, msgspec.Meta(description="Unit cost (BRL)")]
    served_method: Annotated[
        Literal["service", "allocated", "classic"], msgspec.Meta(description="The method that is planned by")
    ]
    expected_demand: Annotated[
        float, msgspec.Meta(description="Expected demand over lead time and review period (item's unit)")
    ]
    order_quantity: Annotated[float, msgspec.Meta(description="Usual quantity of an order (item's unit)")]
    target_service_allocated: Annotated[
        float | None, msgspec.Meta(description="Chance to stay within the reorder point, allocated (share)")
    ]
    reorder_point_allocated: Annotated[
        float | None, msgspec.Meta(description="Position at or below which to order, allocated (item's unit)")
    ]
    safety_stock_allocated: Annotated[
        float | None, msgspec.Meta(description="Reorder point less expected demand, allocated (item's unit)")
    ]
    target_service_classic: Annotated[
        float | None, msgspec.Meta(description="Chance to stay within the reorder point, classic (share)")
    ]
    reorder_point_classic: Annotated[
        float | None, msgspec.Meta(description="Position at or below which to order, classic (item's unit)")
    ]
    safety_stock_classic: Annotated[
        float | None, msgspec.Meta(description="Reorder point less expected demand, classic (item's unit)")
    ]
    target_service_service: Annotated[
        float | None, msgspec.Meta(description="Chance to stay within the reorder point, service (share)")
    ]
    reorder_point_service: Annotated[
        float | None, msgspec.Meta(description="Position at or below which to order, service (item's unit)")
    ]
    safety_stock_service: Annotated[
        float | None, msgspec.Meta(description="Reorder point less expected demand, service (item's unit)")
    ]
    safety_stock_change_brl: Annotated[
        float | None,
        msgspec.Meta(
            description="Safety stock as planned less that of the classic formula, at unit cost (BRL); null: no price"
        ),
    ]


class ServicePoint(msgspec.Struct, frozen=True, kw_only=True):
    """What a method would fill at one target, and what stock and orders that takes."""

    date: Annotated[date, msgspec.Meta(description="Day at whose end the plan was made; later facts were not known")]
    basis: Annotated[
        Literal["expected", "simulated"],
        msgspec.Meta(
            description="expected: of the forecast demand; simulated: with the demand and the forecasts of past weeks"
        ),
    ]
    method: Annotated[
        Literal["service", "allocated", "classic"], msgspec.Meta(description="How reorder points are found")
    ]
    target: Annotated[
        float,
        msgspec.Meta(
            description="Target service of every item; allocated: requests that all items are expected to fill (share)"
        ),
    ]
    segment_kind: Annotated[
        Literal["all", "family", "abc_class"], msgspec.Meta(description="all items, a family, or an ABC class")
    ]
    segment: Annotated[str, msgspec.Meta(description="Family or class; ALL = all")]
    items: Annotated[int, msgspec.Meta(description="Items")]
    weeks: Annotated[int | None, msgspec.Meta(description="Weeks simulated; null: expected")]
    line_fill: Annotated[
        float | None,
        msgspec.Meta(
            description="Requests served whole from stock; simulated, an item's demand of a week is one request (share)"
        ),
    ]
    unit_fill: Annotated[float | None, msgspec.Meta(description="Units served from stock at once (share)")]
    cycle_service: Annotated[
        float | None,
        msgspec.Meta(
            description="Times between two arrivals without a shortage; null: expected, or no arrival (share)"
        ),
    ]
    stock_units: Annotated[float, msgspec.Meta(description="Mean stock, all items as counted (units)")]
    stock_brl: Annotated[float | None, msgspec.Meta(description="Its value, of items with a price (BRL)")]
    orders_a_year: Annotated[float, msgspec.Meta(description="Orders placed in a year")]
    reason: Annotated[str | None, msgspec.Meta(description="Why the value of stock is not known, as a code")]
    made_at: Annotated[datetime, msgspec.Meta(description="When it was computed")]


POLICIES = Listing(
    name="Policies",
    path="policies",
    tag="planning",
    summary="When to order each item and how much, by method",
    row=Policy,
    sql="policies",
    key=("date", "item_id", "site_id", "method"),
    filters=(
        any_of("item_id"),
        any_of("site_id"),
        any_of("supplier_id"),
        equal("method"),
        equal("served", "The method that is planned by, or the others; absent: all"),
        equal("family"),
        equal("abc_class"),
        equal("criticality"),
    ),
    sortable=("target_service", "safety_stock", "reorder_point", "order_quantity"),
    axis=Axis("date", "analytics.inventory_policy", "from", "to"),
)

POLICY_COMPARISON = Listing(
    name="PolicyComparison",
    path="policies/comparison",
    tag="planning",
    summary="The three methods side by side, of what is bought for all places together",
    row=PolicyComparison,
    sql="policy_comparison",
    key=("date", "item_id"),
    filters=(any_of("item_id"), equal("served_method"), equal("family"), equal("abc_class"), equal("criticality")),
    sortable=("safety_stock_change_brl",),
    axis=Axis("date", "analytics.inventory_policy", "from", "to"),
)

SERVICE_CURVE = Listing(
    name="ServiceCurve",
    path="policies/curve",
    tag="planning",
    summary="What each method would fill, and what stock and orders that takes, along a grid of targets",
    row=ServicePoint,
    sql="service_curve",
    key=("date", "basis", "method", "target", "segment_kind", "segment"),
    filters=(equal("basis"), equal("method"), equal("segment_kind"), equal("segment")),
    axis=Axis("date", "analytics.policy_simulation", "from", "to"),
)
