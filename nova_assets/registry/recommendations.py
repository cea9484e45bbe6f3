"""What is proposed of each item and day, from what, and what came of it."""

from nova_assets.registry.model import NOT_LOST, STEADY, Column, Grain, Reference, Rule, Table
from nova_assets.registry.planning import INVENTORY_POLICY, OWNER, UNIT

_ITEM = "core.dim_item"
_STOCK = "core.fact_inventory_daily"
_LINES = "core.fact_purchase_lines"
_RECEIPTS = "core.fact_receipts_daily"
_ISSUES = "core.fact_issues_daily"
_DEMAND = "core.fact_demand_daily"
_FORECASTS = "analytics.fact_forecasts"
_SUMMED = "analytics.summed_demand"
_LEAD_TIME = "analytics.lead_time_demand"
_POLICY = INVENTORY_POLICY.relation
_OPEN = (f"{_LINES}.ordered_qty", f"{_LINES}.rest_cancelled", f"{_RECEIPTS}.quantity")
_EXPECTED = (f"{_LINES}.promised_on", f"{_LINES}.requested_on", "analytics.supplier_lead_times.p50_days")
_SUMMED_QUANTILES = tuple(f"{_SUMMED}.q{level}" for level in (10, 50, 90))
_DAILY_DEMAND = (
    f"{_FORECASTS}.forecast_value",
    "analytics.features_weekday_shares.share",
    "core.dim_calendar.is_holiday",
    f"{_ISSUES}.quantity",
)
_PATHS = (f"{_STOCK}.on_hand", *_OPEN, *_EXPECTED, *_SUMMED_QUANTILES, *_DAILY_DEMAND)


def _quantity(name: str, meaning: str, sources: tuple[str, ...], minimum: float | None = 0) -> Column:
    return Column(name, "numeric(18,4)", meaning, sources, UNIT, nullable=True, minimum=minimum)


def _path(name: str, meaning: str) -> Column:
    return Column(
        name, "real[]", f"{meaning}, at the end of each day from the next one on", _PATHS, UNIT, nullable=True
    )


PROJECTION_REASONS = ("stock_not_in_source", "no_forecast", "no_demand_by_place")

STOCK_PROJECTION = Table(
    schema="analytics",
    name="stock_projection",
    group="planning",
    meaning="Stock day by day from the day after the plan's on, with what is on order and the forecast demand, of each "
    "item, of all stocking places together (ALL) and of each.",
    owner=OWNER,
    key=("date", "item_id", "site_id"),
    grain=Grain.DAILY,
    window_column="date",
    warns=(STEADY, NOT_LOST),
    reads=("core.dim_site",),
    rules=(
        Rule("position_adds_up", "The position is what is on hand and on order, without what is late"),
        Rule("places_hold_all_stock", "The stocking places together hold what ALL holds"),
    ),
    references=(Reference(("item_id",), _ITEM, ("item_id",)),),
    columns=(
        Column("date", "date", "Day at whose end the plan was made", (f"{_STOCK}.date",)),
        Column("item_id", "text", "Item", (f"{_STOCK}.item_id", f"{_LEAD_TIME}.item_id")),
        Column("site_id", "text", "Stocking place; ALL = all together", (f"{_STOCK}.site_id",)),
        Column("origin", "date", "Monday of the forecast; null: none", (f"{_LEAD_TIME}.origin",), nullable=True),
        _quantity("on_hand", "Stock on hand; null: not in the source", (f"{_STOCK}.on_hand",), None),
        _quantity("on_order", "Ordered and not received", _OPEN),
        _quantity(
            "late_on_order", "Part of it that was expected before the day: shown, and no cover", (*_OPEN, *_EXPECTED)
        ),
        _quantity(
            "lost_on_order", "Part of that which is so late that nobody should wait for it", (*_OPEN, *_EXPECTED)
        ),
        _quantity("position", "On hand and on order, without what is late", (f"{_STOCK}.on_hand", *_OPEN), None),
        _quantity(
            "too_late_on_order", "Part of the position that comes after stock runs out (q50)", (*_OPEN, *_EXPECTED)
        ),
        Column("next_arrival_on", "date", "First arrival expected; null: none", _EXPECTED, nullable=True),
        Column(
            "demand_share",
            "double precision",
            "The place's part of the item's issues of a year; 1 for ALL; null: the item had none",
            (f"{_ISSUES}.quantity",),
            "share",
            True,
            minimum=0,
            maximum=1,
        ),
        Column("horizon_days", "integer", "Days of the arrays", unit="days", minimum=1),
        _path("stock_q10", "Stock where demand is at its 90 % quantile"),
        _path("stock_q50", "Stock where demand is at its median"),
        _path("stock_q90", "Stock where demand is at its 10 % quantile"),
        Column("arrivals", "real[]", "Arrivals expected, each day", _EXPECTED, UNIT, nullable=True),
        Column(
            "days_of_cover",
            "integer",
            "First day (1 = the next) on which median demand since exceeds the position; null: none of 26 weeks",
            (f"{_STOCK}.on_hand", *_OPEN, f"{_SUMMED}.q50"),
            "days",
            True,
            minimum=1,
        ),
        Column("stockout_on_q50", "date", "First day with less than nothing, at median demand", _PATHS, nullable=True),
        Column("stockout_on_q90", "date", "The same at the 90 % quantile of demand", _PATHS, nullable=True),
        Column(
            "stockout_probability",
            "double precision",
            "Chance that demand within the lead time exceeds the position",
            (f"{_STOCK}.on_hand", *_OPEN, f"{_LEAD_TIME}.lead_time_mean_days", f"{_LEAD_TIME}.lead_time_p90_days"),
            "share",
            True,
            minimum=0,
            maximum=1,
        ),
        Column(
            "expected_shortage",
            "double precision",
            "Demand within the lead time that the position is expected to leave unmet",
            (f"{_STOCK}.on_hand", *_OPEN, f"{_LEAD_TIME}.lead_time_mean_days"),
            UNIT,
            True,
            minimum=0,
        ),
        Column("reason", "text", "Why something is null", nullable=True, allowed=PROJECTION_REASONS),
        Column("made_at", "timestamptz", "When it was computed", volatile=True),
    ),
)

ACTIONS = ("order", "expedite", "transfer", "reduce", "hold", "dead_stock", "none")
DECISIONS = ("open", "acknowledged", "overridden", "snoozed")
_PROJECTION = STOCK_PROJECTION.relation
_PLANNED_BY = (
    f"{_POLICY}.reorder_point",
    f"{_POLICY}.order_up_to",
    f"{_PROJECTION}.on_hand",
    f"{_PROJECTION}.on_order",
    f"{_PROJECTION}.late_on_order",
)
_DECISIONS = "support.planner_decisions"

RECOMMENDATIONS = Table(
    schema="analytics",
    name="recommendations",
    group="planning",
    meaning="What to do about each item as of the end of each day, one row per item: the action, how much, until when, "
    "and why, as lines that add up to the quantity; or why nothing is to be done. What planners decided stays.",
    owner=OWNER,
    key=("date", "item_id"),
    grain=Grain.DAILY,
    window_column="date",
    warns=(STEADY, NOT_LOST),
    reads=(_DECISIONS, _DEMAND, "core.dim_site"),
    rules=(
        Rule(
            "explanations_add_up_to_the_quantity", "The lines of each explanation add up to the quantity, to the digit"
        ),
        Rule("every_item_has_one_proposal", "Each item of the register has one row on each day that was planned"),
        Rule("orders_come_in_lots", "What is to be ordered is a whole number of lots and no less than the minimum"),
    ),
    references=(Reference(("item_id",), _ITEM, ("item_id",)),),
    columns=(
        Column("date", "date", "Day at whose end it was proposed; later facts were not known"),
        Column("item_id", "text", "Item", (f"{_ITEM}.item_id",)),
        Column("action", "text", "What to do", _PLANNED_BY, allowed=ACTIONS),
        Column("reason", "text", "Why, as a code; see docs/recommendations.md", _PLANNED_BY),
        _quantity("quantity", "How much; null: stock is not known", _PLANNED_BY),
        Column("from_site_id", "text", "Place to take it from", (f"{_PROJECTION}.site_id",), nullable=True),
        Column("to_site_id", "text", "Place that lacks it", (f"{_PROJECTION}.site_id",), nullable=True),
        Column("supplier_id", "text", "Supplier of most lines", (f"{_POLICY}.supplier_id",), nullable=True),
        Column(
            "order_by",
            "date",
            "Last day on which an order still comes before stock runs out, maybe in the past; null: it does not",
            (f"{_PROJECTION}.stockout_on_q90", f"{_POLICY}.lead_time_days"),
            nullable=True,
        ),
        Column(
            "cost_brl",
            "numeric(18,4)",
            "What an order costs; what reducing one saves, negative; null: no price, or no purchase",
            (f"{_POLICY}.unit_cost_brl",),
            "BRL",
            True,
        ),
        Column(
            "money_at_risk_brl",
            "numeric(18,4)",
            "Value of demand expected to be unmet; of too much stock, its value; null: no price",
            (f"{_PROJECTION}.expected_shortage", f"{_ITEM}.unit_cost_brl"),
            "BRL",
            True,
            minimum=0,
        ),
        Column(
            "priority",
            "double precision",
            "0 to 100, by service and money at risk; see docs/recommendations.md",
            (f"{_PROJECTION}.stockout_probability", f"{_ITEM}.criticality", "core.dim_site.client"),
            minimum=0,
            maximum=100,
        ),
        Column(
            "critical",
            "boolean",
            "At median demand stock runs out before what is ordered now can arrive",
            (f"{_PROJECTION}.stockout_on_q50", f"{_POLICY}.lead_time_days"),
        ),
        Column("explanation", "jsonb", "Lines of code, value and unit that add up to the quantity", _PLANNED_BY),
        Column("codes", "jsonb", "What else a planner should know, as codes", _PLANNED_BY),
        Column("proposed_since", "date", "First of the days in a row with this action"),
        Column("decision", "text", "What a planner decided about it", allowed=DECISIONS),
        Column("decision_id", "bigint", "The decision that holds; null: none", nullable=True),
        Column("decided_until", "date", "Day before which it holds; null: as long as the proposal", nullable=True),
        Column("planned_action", "text", "What is planned: the planner's, where overridden", allowed=ACTIONS),
        _quantity("planned_quantity", "How much is planned: the planner's; nothing while snoozed", ()),
        Column("made_at", "timestamptz", "When it was computed", volatile=True),
    ),
)

_RECOMMENDED = RECOMMENDATIONS.relation
RECOMMENDATION_OUTCOMES = Table(
    schema="analytics",
    name="recommendation_outcomes",
    group="planning",
    meaning="What came of each proposal, from its first day on: what was ordered, and whether stock ran out. Made anew "
    "while days are still missing.",
    owner=OWNER,
    key=("date", "item_id"),
    grain=Grain.DAILY,
    window_column="date",
    # Proposals come as they come.
    drift=None,
    columns=(
        Column("date", "date", "First day of the proposal", (f"{_RECOMMENDED}.proposed_since",)),
        Column("item_id", "text", "Item", (f"{_RECOMMENDED}.item_id",)),
        Column("action", "text", "What was proposed", (f"{_RECOMMENDED}.action",), allowed=ACTIONS[:-1]),
        _quantity("quantity", "How much, on the first day", (f"{_RECOMMENDED}.quantity",)),
        Column("decision", "text", "What planners decided last", (f"{_RECOMMENDED}.decision",), allowed=DECISIONS),
        Column("proposed_until", "date", "Last day on which it was proposed", (f"{_RECOMMENDED}.date",)),
        Column(
            "days_known", "integer", "Days since of which stock is known, of 56", (f"{_STOCK}.date",), "days", minimum=0
        ),
        _quantity("ordered_qty", "Ordered within 14 days after it", (f"{_LINES}.ordered_qty", f"{_LINES}.ordered_on")),
        Column("ordered_on", "date", "First of these orders", (f"{_LINES}.ordered_on",), nullable=True),
        Column(
            "days_without_stock",
            "integer",
            "Days of them on which no place had any; null: no day is known",
            (f"{_STOCK}.on_hand",),
            "days",
            True,
            minimum=0,
        ),
        Column("stockout_on", "date", "First of these days", (f"{_STOCK}.on_hand",), nullable=True),
        Column(
            "done", "boolean", "An order was placed; null: it is too early to say, or none was proposed", nullable=True
        ),
    ),
)

TABLES = (STOCK_PROJECTION, RECOMMENDATIONS)
"""In the order in which they are made."""
