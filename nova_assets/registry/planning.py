"""Tables of planning: what is held of each item, and what is to be ordered, as of the end of each day."""

from nova_assets.registry.model import NOT_LOST, STEADY, Column, Grain, Reference, Rule, Table

OWNER = "team:planning"
METHODS = ("service", "allocated", "classic")
UNIT = "item's unit"
_ITEM = "core.dim_item"
_DEMAND = "analytics.lead_time_demand"
_PROFILE = "analytics.features_demand_profile"
_ISSUES = "core.fact_issues_daily"
_QUANTILES = (f"{_DEMAND}.quantiles", f"{_ISSUES}.quantity")

INVENTORY_POLICY = Table(
    schema="analytics",
    name="inventory_policy",
    group="planning",
    meaning="When to order each item, and how much, by three methods, one of which is planned by: as of the end of the "
    "day, of the latest forecast made up to the next day. Site ALL is what is bought; other sites stock it.",
    owner=OWNER,
    key=("date", "item_id", "site_id", "method"),
    grain=Grain.DAILY,
    window_column="date",
    warns=(STEADY, NOT_LOST),
    rules=(
        Rule("safety_stock_adds_up", "Safety stock is the reorder point less the expected demand"),
        Rule("one_policy_is_served", "Each item and site is planned by exactly one method"),
        Rule("places_share_the_demand", "Expected demands of an item's places add up to that of all sites"),
    ),
    reads=("core.dim_item_history", "core.fact_purchase_lines", "core.fact_inventory_daily"),
    references=(Reference(("item_id",), _ITEM, ("item_id",)),),
    columns=(
        Column("date", "date", "Day at whose end the plan was made; later facts were not known"),
        Column("item_id", "text", "Item", (f"{_DEMAND}.item_id",)),
        Column("site_id", "text", "Stocking place; ALL = all together, what is bought", (f"{_ISSUES}.site_id",)),
        Column(
            "method",
            "text",
            "service: a target for each item; allocated: one multiplier for the assortment; classic: normal demand",
            allowed=METHODS,
        ),
        Column("served", "boolean", "The method that is planned by"),
        Column("origin", "date", "Monday of the forecast", (f"{_DEMAND}.origin",)),
        Column("supplier_id", "text", "Supplier of most lines", (f"{_DEMAND}.supplier_id",), nullable=True),
        Column(
            "target_service",
            "double precision",
            "Chance that demand of lead time and review period stays within the reorder point",
            (f"{_ITEM}.criticality", f"{_PROFILE}.abc_class", f"{_ITEM}.unit_cost_brl"),
            "share",
            minimum=0,
            maximum=1,
        ),
        Column(
            "lead_time_days",
            "double precision",
            "Mean lead time",
            (f"{_DEMAND}.lead_time_mean_days",),
            "days",
            minimum=0,
        ),
        Column(
            "review_period_days",
            "integer",
            "Days between two looks at an item",
            (f"{_DEMAND}.review_period_days",),
            "days",
            minimum=1,
        ),
        Column(
            "expected_demand",
            "double precision",
            "Expected demand over lead time and review period",
            (f"{_DEMAND}.expected_demand", f"{_ISSUES}.quantity"),
            UNIT,
            minimum=0,
        ),
        Column("reorder_point", "double precision", "Position at or below which to order", _QUANTILES, UNIT, minimum=0),
        Column("safety_stock", "double precision", "Reorder point less expected demand", _QUANTILES, UNIT),
        Column("order_quantity", "double precision", "Usual quantity of an order", _QUANTILES, UNIT, minimum=0),
        Column("order_up_to", "double precision", "Reorder point and order quantity", _QUANTILES, UNIT, minimum=0),
        Column(
            "eoq",
            "double precision",
            "Economic order quantity (Harris 1913); null: no cost known",
            (f"{_ITEM}.unit_cost_brl", f"{_DEMAND}.expected_demand"),
            UNIT,
            nullable=True,
            minimum=0,
        ),
        Column("min_order_qty", "numeric(18,4)", "Minimum order", (f"{_ITEM}.min_order_qty",), UNIT, True, minimum=0),
        Column("order_multiple", "numeric(18,4)", "Multiple", (f"{_ITEM}.order_multiple",), UNIT, True, minimum=0),
        Column("unit_cost_brl", "numeric(18,4)", "Unit cost", (f"{_ITEM}.unit_cost_brl",), "BRL", True, minimum=0),
        Column(
            "weight",
            "double precision",
            "What a unit of stock costs beside what its lack does, relative to other items; null: no price known",
            (f"{_ITEM}.unit_cost_brl", f"{_ITEM}.criticality"),
            nullable=True,
            minimum=0,
        ),
        Column("criticality", "text", "Criticality", (f"{_ITEM}.criticality",), nullable=True),
        Column("abc_class", "text", "Class by value", (f"{_PROFILE}.abc_class",), nullable=True),
        Column("reason", "text", "Why something is not known, as a code", nullable=True),
        Column("made_at", "timestamptz", "When it was computed", volatile=True),
    ),
)

TABLES = (INVENTORY_POLICY,)
"""In the order in which they are made."""
