"""What to do about each item, and what came of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec

from nova_api.listings.declaration import Axis, Listing, any_of, at_least, empty, equal, span


class Recommendation(msgspec.Struct, frozen=True, kw_only=True):
    """What to do about an item as of the end of a day, why, and what a planner decided about it."""

    date: Annotated[date, msgspec.Meta(description="Day at whose end it was proposed; later facts were not known")]
    item_id: Annotated[str, msgspec.Meta(description="Item")]
    action: Annotated[
        Literal["order", "expedite", "transfer", "reduce", "hold", "dead_stock", "none"],
        msgspec.Meta(description="What to do"),
    ]
    reason: Annotated[str, msgspec.Meta(description="Why, as a code; see docs/recommendations.md")]
    quantity: Annotated[float | None, msgspec.Meta(description="How much; null: stock is not known (item's unit)")]
    from_site_id: Annotated[str | None, msgspec.Meta(description="Place to take it from")]
    to_site_id: Annotated[str | None, msgspec.Meta(description="Place that lacks it")]
    supplier_id: Annotated[str | None, msgspec.Meta(description="Supplier of most lines")]
    order_by: Annotated[
        date | None,
        msgspec.Meta(
            description="Last day on which an order still comes before stock runs out, maybe past; null: it does not"
        ),
    ]
    cost_brl: Annotated[
        float | None,
        msgspec.Meta(
            description="What an order costs; what reducing one saves, negative; null: no price, or no purchase (BRL)"
        ),
    ]
    money_at_risk_brl: Annotated[
        float | None,
        msgspec.Meta(
            description="Value of demand expected to be unmet; of too much stock, its value; null: no price (BRL)"
        ),
    ]
    priority: Annotated[
        float, msgspec.Meta(description="0 to 100, by service and money at risk; see docs/recommendations.md")
    ]
    critical: Annotated[
        bool, msgspec.Meta(description="At median demand stock runs out before what is ordered now can arrive")
    ]
    explanation: Annotated[
        list[dict[str, Any]], msgspec.Meta(description="Lines of code, value and unit that add up to the quantity")
    ]
    codes: Annotated[list[str], msgspec.Meta(description="What else a planner should know, as codes")]
    proposed_since: Annotated[date, msgspec.Meta(description="First of the days in a row with this action")]
    decision: Annotated[
        Literal["open", "acknowledged", "overridden", "snoozed"],
        msgspec.Meta(description="What a planner decided about it, as of now"),
    ]
    decision_id: Annotated[int | None, msgspec.Meta(description="The decision that holds now; null: none")]
    decided_until: Annotated[
        date | None, msgspec.Meta(description="Day before which it holds; null: as long as the proposal")
    ]
    planned_action: Annotated[
        Literal["order", "expedite", "transfer", "reduce", "hold", "dead_stock", "none"],
        msgspec.Meta(description="What is planned now: the planner's, where overridden"),
    ]
    planned_quantity: Annotated[
        float | None,
        msgspec.Meta(description="How much is planned now: the planner's; nothing while snoozed (item's unit)"),
    ]
    made_at: Annotated[datetime, msgspec.Meta(description="When it was computed")]
    item_name: Annotated[str | None, msgspec.Meta(description="Name; null: no longer in the register")]
    family: Annotated[str | None, msgspec.Meta(description="Family")]
    unit: Annotated[str | None, msgspec.Meta(description="Unit of its quantities")]
    supplier_name: Annotated[str | None, msgspec.Meta(description="Name of the supplier")]
    decided_by: Annotated[str | None, msgspec.Meta(description="Id of who decided")]
    decided_by_name: Annotated[str | None, msgspec.Meta(description="Name of who decided")]
    decided_at: Annotated[datetime | None, msgspec.Meta(description="When")]
    decision_reason: Annotated[str | None, msgspec.Meta(description="Why, in the words of the planner")]
    state: Annotated[
        str, msgspec.Meta(description="Changes with the proposal and its decisions; a write's If-Match names it")
    ]


class SupplierPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What is planned with a supplier as of the end of a day, with what planners have decided by now."""

    date: Annotated[date, msgspec.Meta(description="Day at whose end it was proposed")]
    plan: Annotated[
        Literal["order", "expedite", "transfer", "reduce", "hold", "dead_stock", "none", "snoozed"],
        msgspec.Meta(description="What is planned; snoozed: put off by a planner"),
    ]
    supplier: Annotated[
        str, msgspec.Meta(description="Id of the supplier; empty: those of whose supplier nothing is known")
    ]
    supplier_name: Annotated[str | None, msgspec.Meta(description="Its name")]
    lines: Annotated[int, msgspec.Meta(description="Items")]
    open_lines: Annotated[int, msgspec.Meta(description="Items that no planner has decided about")]
    critical_lines: Annotated[int, msgspec.Meta(description="Items that run out before what is ordered now can come")]
    priority: Annotated[float, msgspec.Meta(description="Highest priority of them, 0 to 100")]
    order_by: Annotated[date | None, msgspec.Meta(description="First of their days to order by, maybe past")]
    cost_brl: Annotated[
        float | None, msgspec.Meta(description="Cost of the planned quantities that have a price; null: none has (BRL)")
    ]
    unpriced_lines: Annotated[int, msgspec.Meta(description="Items that are not in the cost")]


class RecommendationOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a proposal."""

    date: Annotated[date, msgspec.Meta(description="First day of the proposal")]
    item_id: Annotated[str, msgspec.Meta(description="Item")]
    action: Annotated[
        Literal["order", "expedite", "transfer", "reduce", "hold", "dead_stock"],
        msgspec.Meta(description="What was proposed"),
    ]
    quantity: Annotated[float | None, msgspec.Meta(description="How much, on the first day (item's unit)")]
    decision: Annotated[
        Literal["open", "acknowledged", "overridden", "snoozed"], msgspec.Meta(description="What planners decided last")
    ]
    proposed_until: Annotated[date, msgspec.Meta(description="Last day on which it was proposed")]
    days_known: Annotated[int, msgspec.Meta(description="Days since of which stock is known, of 56")]
    ordered_qty: Annotated[float | None, msgspec.Meta(description="Ordered within 14 days after it (item's unit)")]
    ordered_on: Annotated[date | None, msgspec.Meta(description="First of these orders")]
    days_without_stock: Annotated[
        int | None, msgspec.Meta(description="Days of them on which no place had any; null: no day is known")
    ]
    stockout_on: Annotated[date | None, msgspec.Meta(description="First of these days")]
    done: Annotated[
        bool | None, msgspec.Meta(description="An order was placed; null: it is too early to say, or none was proposed")
    ]
    item_name: Annotated[str | None, msgspec.Meta(description="Name; null: no longer in the register")]
    family: Annotated[str | None, msgspec.Meta(description="Family")]
    unit: Annotated[str | None, msgspec.Meta(description="Unit of its quantities")]


RECOMMENDATIONS = Listing(
    name="Recommendations",
    path="recommendations",
    tag="recommendations",
    summary="What to do about each item, with lines that add up to the quantity and what planners decided",
    row=Recommendation,
    sql="recommendations",
    key=("date", "item_id"),
    filters=(
        any_of("item_id"),
        any_of("supplier_id"),
        empty("supplier_unknown", "supplier_id", "Whether nothing is known of the supplier"),
        equal("family"),
        equal("action"),
        equal("reason"),
        equal("decision"),
        equal("planned_action"),
        equal("critical"),
        at_least("priority"),
        *span("order_by", "order_by_from", "order_by_to"),
    ),
    sortable=("priority", "order_by", "cost_brl", "money_at_risk_brl", "proposed_since"),
    axis=Axis("date", "analytics.recommendations", "from", "to"),
)

SUPPLIER_PLANS = Listing(
    name="SupplierPlans",
    path="recommendations/suppliers",
    tag="recommendations",
    summary="What is planned with each supplier: items, cost and the first day to order by",
    row=SupplierPlan,
    sql="recommendation_suppliers",
    key=("date", "plan", "supplier"),
    filters=(equal("plan"), any_of("supplier")),
    sortable=("priority", "order_by", "cost_brl", "lines"),
    axis=Axis("date", "analytics.recommendations", "from", "to"),
)

RECOMMENDATION_OUTCOMES = Listing(
    name="RecommendationOutcomes",
    path="recommendations/outcomes",
    tag="recommendations",
    summary="What came of each proposal: what was ordered, and whether stock ran out",
    row=RecommendationOutcome,
    sql="recommendation_outcomes",
    key=("date", "item_id"),
    filters=(
        any_of("item_id"),
        equal("family"),
        equal("action"),
        equal("decision"),
        equal("done"),
        *span("date"),
    ),
    sortable=("days_without_stock", "proposed_until"),
)
