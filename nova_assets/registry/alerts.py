"""The table of alerts: what is wrong, since when, and what was wrong before."""

from nova_assets.registry.model import Column, Rule, Table
from nova_assets.registry.planning import INVENTORY_POLICY, OWNER
from nova_assets.registry.recommendations import RECOMMENDATIONS, STOCK_PROJECTION

RULES = (
    "data_stale",
    "demand_outlier",
    "excess",
    "forecast_bias",
    "imminent_stockout",
    "late_order",
    "supplier_drift",
)
LEVELS = ("info", "warning", "critical")
_ITEM = "core.dim_item"
_LINES = "core.fact_purchase_lines"
_STOCK = "core.fact_inventory_daily"

ALERTS = Table(
    schema="analytics",
    name="alerts",
    group="planning",
    meaning="What the rules of docs/alerts.md found, one row for each cause and the days on which it held without a "
    "break: open ones, and the history of closed ones. A cause that comes back has a new row, which names the former.",
    owner=OWNER,
    key=("alert_id",),
    # Causes come and go.
    drift=None,
    rules=(Rule("alert_days_are_in_order", "No alert is closed before it was opened, or seen after it was closed"),),
    reads=(
        _ITEM,
        _LINES,
        _STOCK,
        "core.fact_demand_anomalies",
        "core.fact_demand_daily",
        "core.fact_issues_daily",
        "analytics.features_demand_weekly",
        "analytics.fact_forecasts",
        "analytics.forecast_accuracy",
        "analytics.lead_time_demand",
        "core.fact_receipts_daily",
        INVENTORY_POLICY.relation,
        STOCK_PROJECTION.relation,
        RECOMMENDATIONS.relation,
    ),
    columns=(
        Column("alert_id", "uuid", "The same whenever the day is made again"),
        Column("rule", "text", "Rule that found it", allowed=RULES),
        Column(
            "subject_kind",
            "text",
            "What it is about",
            allowed=("item", "item_site", "supplier", "family", "order_line", "dataset"),
        ),
        Column("subject_id", "text", "Which of them; item/site and order/line with a stroke"),
        Column("cause", "text", "What is wrong with it; a cause is told once while it holds"),
        Column("level", "text", "How bad it is now", allowed=LEVELS),
        Column("first_level", "text", "How bad it was when it was opened", allowed=LEVELS),
        Column("level_since", "date", "Day since when it is so bad"),
        Column("opened_on", "date", "First day of data on which it was found"),
        Column("seen_on", "date", "Last day of data on which it was found"),
        Column("closed_on", "date", "First day on which it was not; null: it is open", nullable=True),
        Column("former_alert_id", "uuid", "The latest alert of the same cause, closed before", nullable=True),
        Column("value", "double precision", "What was measured, as the rule says", nullable=True),
        Column("threshold", "double precision", "From where on it is an alert", nullable=True),
        Column("details", "jsonb", "What a planner needs to see of it, by rule"),
    ),
)
