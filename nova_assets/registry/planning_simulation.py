"""What service costs, as of the end of each day: a grid of targets that is read, not computed, when a planner asks."""

from nova_assets.registry.model import NOT_LOST, STEADY, Column, Grain, Rule, Table
from nova_assets.registry.planning import METHODS, OWNER

_POLICY = "analytics.inventory_policy"
_DEMAND = "analytics.lead_time_demand"
_WEEKLY = "analytics.features_demand_weekly"
_MADE_OF = (f"{_POLICY}.reorder_point", f"{_POLICY}.order_quantity", f"{_DEMAND}.quantiles", f"{_WEEKLY}.demand")
_PRICED = (*_MADE_OF, f"{_POLICY}.unit_cost_brl")
BASES = ("expected", "simulated")
SEGMENT_KINDS = ("all", "family", "abc_class")


def _share(name: str, meaning: str, nullable: bool = True) -> Column:
    return Column(name, "double precision", meaning, _MADE_OF, "share", nullable, minimum=0, maximum=1)


POLICY_SIMULATION = Table(
    schema="analytics",
    name="policy_simulation",
    group="planning",
    meaning="What each method of planning would fill, and what stock and orders that takes, along a grid of targets: "
    "expected of the day's forecasts, and simulated with the weeks that passed and the forecasts made meanwhile.",
    owner=OWNER,
    key=("date", "basis", "method", "target", "segment_kind", "segment"),
    grain=Grain.DAILY,
    window_column="date",
    warns=(STEADY, NOT_LOST),
    rules=(Rule("more_service_fills_more", "A higher target is not expected to fill less, nor to need less stock"),),
    reads=("core.dim_item", "analytics.features_demand_profile"),
    columns=(
        Column("date", "date", "Day at whose end the plan was made; later facts were not known"),
        Column(
            "basis",
            "text",
            "expected: of the forecast demand; simulated: with the demand and the forecasts of past weeks",
            allowed=BASES,
        ),
        Column("method", "text", "How reorder points are found", (f"{_POLICY}.method",), allowed=METHODS),
        Column(
            "target",
            "double precision",
            "service, classic: target service of every item; allocated: requests that all items are expected to fill",
            unit="share",
            minimum=0,
            maximum=1,
        ),
        Column("segment_kind", "text", "all items, a family, or an ABC class", allowed=SEGMENT_KINDS),
        Column("segment", "text", "Family or class; ALL = all", ("core.dim_item.family", f"{_POLICY}.abc_class")),
        Column("items", "integer", "Items", (f"{_POLICY}.item_id",), "items", minimum=1),
        Column("weeks", "integer", "Weeks simulated; null: expected", (f"{_WEEKLY}.week",), "weeks", True, minimum=1),
        _share("line_fill", "Requests served whole from stock; simulated, an item's demand of a week is one request"),
        _share("unit_fill", "Units served from stock at once"),
        _share("cycle_service", "Times between two arrivals without a shortage; null: expected, or no arrival"),
        Column("stock_units", "double precision", "Mean stock, all items as counted", _MADE_OF, "units", minimum=0),
        Column("stock_brl", "double precision", "Its value, of items with a price", _PRICED, "BRL", True, minimum=0),
        Column("orders_a_year", "double precision", "Orders placed in a year", _MADE_OF, "orders", minimum=0),
        Column("reason", "text", "Why the value of stock is not known, as a code", nullable=True),
        Column("made_at", "timestamptz", "When it was computed", volatile=True),
    ),
)

TABLES = (POLICY_SIMULATION,)
