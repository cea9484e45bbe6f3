"""KPIs of `analytics`: their daily parts, and the materialized views that planners and the API read.

Each KPI is defined once, in docs/kpis.md.
"""

from nova_assets.registry.model import NOT_LOST, STEADY, Column, Grain, Kind, Table

OWNER = "team:planning"
_ITEM = "core.dim_item"
_LINES = "core.fact_purchase_lines"
_DEMAND = "core.fact_demand_daily"
_WEEKLY = "analytics.features_demand_weekly"
_PROFILE = "analytics.features_demand_profile"
_FORECASTS = "analytics.fact_forecasts"
_ACCURACY = "analytics.mv_forecast_accuracy"
_OPEN = "analytics.mv_requests_open_daily"
_STOCK = "core.fact_inventory_daily"
_ISSUES = "core.fact_issues_daily"
_SITE = "core.dim_site"
_PARTS = "analytics.kpi_daily"
_PERIOD = "analytics.mv_kpi_period"
DIMENSIONS = ("all", "family", "site", "supplier", "client")


def _view(
    name: str, meaning: str, key: tuple[str, ...], columns: tuple[Column, ...], reads: tuple[str, ...] = ()
) -> Table:
    return Table(
        schema="analytics",
        name=name,
        group="kpis",
        meaning=meaning,
        owner=OWNER,
        key=key,
        columns=columns,
        kind=Kind.VIEW,
        reads=reads,
    )


_MEASURED = (
    f"{_STOCK}.on_hand",
    f"{_STOCK}.unit_cost_brl",
    f"{_ISSUES}.quantity",
    f"{_ISSUES}.issue_lines",
    f"{_DEMAND}.request_lines",
    f"{_WEEKLY}.demand",
    f"{_PROFILE}.mean_weekly_demand",
    f"{_FORECASTS}.forecast_value",
    *(
        f"{_LINES}.{column}"
        for column in ("requested_on", "ordered_on", "promised_on", "received_on", "received_qty", "rest_cancelled")
    ),
)
_MEMBER = Column(
    "member",
    "text",
    "Which of them: family, stocking place or site requested for, supplier, client of the tower; ALL",
    (f"{_ITEM}.family", f"{_STOCK}.site_id", f"{_LINES}.supplier_id", f"{_SITE}.client"),
)

KPI_DAILY = Table(
    schema="analytics",
    name="kpi_daily",
    group="kpis",
    meaning="What the KPIs of each day are made of: numerators and denominators, which add up over days. Ratios are "
    "made of the sums, in analytics.mv_kpi_period.",
    owner=OWNER,
    key=("date", "dimension", "member", "kpi"),
    grain=Grain.DAILY,
    window_column="date",
    warns=(STEADY, NOT_LOST),
    columns=(
        Column("date", "date", "Day on which it was, happened or was due"),
        Column("dimension", "text", "What the member is", allowed=DIMENSIONS),
        _MEMBER,
        Column("kpi", "text", "Code of the KPI, defined in docs/kpis.md"),
        Column("numerator", "double precision", "Numerator; null: not known", _MEASURED, nullable=True),
        Column("denominator", "double precision", "Denominator; null: the numerators add up", _MEASURED, nullable=True),
        Column("reason", "text", "Why the numerator is not known", nullable=True),
    ),
)

MV_DEMAND_DAILY_FAMILY = _view(
    "mv_demand_daily_family",
    "Materials demanded per day and family. Units are kept apart: metres and pieces do not add up.",
    ("date", "family", "unit"),
    (
        Column("date", "date", "Day of the demand", (f"{_DEMAND}.date",)),
        Column("family", "text", "Family", (f"{_ITEM}.family",)),
        Column("unit", "text", "Unit", (f"{_ITEM}.unit",)),
        Column("demand", "numeric", "Quantity demanded", (f"{_DEMAND}.demand",), "unit of the row", minimum=0),
        Column("request_lines", "bigint", "Lines it came in", (f"{_DEMAND}.request_lines",), minimum=1),
        Column("items", "bigint", "Different items", (f"{_DEMAND}.item_id",), minimum=1),
    ),
)

MV_REQUESTS_OPEN_DAILY = _view(
    "mv_requests_open_daily",
    "Material lines requested and not yet ordered, at the end of each day. A source that lists only lines already "
    "ordered shows the backlog of its last weeks too low.",
    ("date", "family"),
    (
        Column("date", "date", "Day", ("core.dim_calendar.date",)),
        Column("family", "text", "Family", (f"{_ITEM}.family",)),
        Column("open_lines", "bigint", "Lines open", (f"{_LINES}.requested_on", f"{_LINES}.is_open"), minimum=1),
        Column("oldest_open_days", "integer", "Age of the oldest", (f"{_LINES}.requested_on",), "days", minimum=0),
    ),
)

MV_LEAD_TIME_SUPPLIER_FAMILY = _view(
    "mv_lead_time_supplier_family",
    "Days from request to purchase of materials, per supplier and family; purchases before the request are counted "
    "apart. Deliveries are not in the purchasing workbook.",
    ("supplier_id", "family"),
    (
        Column("supplier_id", "text", "Supplier", (f"{_LINES}.supplier_id",)),
        Column("supplier_name", "text", "Name", ("core.dim_supplier.supplier_name",)),
        Column("family", "text", "Family", (f"{_ITEM}.family",)),
        Column("lines", "bigint", "Lines with a lead time", (f"{_LINES}.ordered_on",), minimum=0),
        Column("median_days", "double precision", "Median", (f"{_LINES}.ordered_on",), "days", True),
        Column("p90_days", "double precision", "90 % quantile", (f"{_LINES}.ordered_on",), "days", True),
        Column("after_the_fact_lines", "bigint", "Bought before the request", (f"{_LINES}.after_the_fact",), minimum=0),
        Column(
            "receipt_lead_time_days", "double precision", "Median from order to receipt", unit="days", nullable=True
        ),
        Column("receipt_reason", "text", "Why there is none", nullable=True, allowed=("receipts_not_in_source",)),
    ),
)

MV_FORECAST_ACCURACY = _view(
    "mv_forecast_accuracy",
    "Past forecasts against what was demanded, over the weeks that have ended. Class `all` and horizon 0 are pooled. "
    "Quantities are in mean weekly demands of their item, so that units mix and items weigh alike.",
    ("model", "demand_class", "horizon_weeks"),
    (
        Column("model", "text", "Model; `served` is whatever planners saw", (f"{_FORECASTS}.model",)),
        Column("demand_class", "text", "Demand class at the origin", (f"{_PROFILE}.demand_class",)),
        Column("horizon_weeks", "integer", "Weeks ahead, 1 = the origin's week; 0 = all", minimum=0),
        Column("forecasts", "bigint", "Weekly forecasts scored", (f"{_FORECASTS}.forecast_value",), minimum=1),
        Column("origins", "bigint", "Origins they come from", (f"{_FORECASTS}.origin",), minimum=1),
        Column("wape", "double precision", "Weighted absolute percentage error", nullable=True, unit="share"),
        Column("bias", "double precision", "(forecast − demand) ÷ demand", nullable=True, unit="share"),
        Column("pinball_q50", "double precision", "Pinball loss of the median ÷ mean demand", nullable=True),
        Column("pinball_q90", "double precision", "Pinball loss of the 90 % quantile ÷ mean demand", nullable=True),
        Column("pinball_q95", "double precision", "Pinball loss of the 95 % quantile ÷ mean demand", nullable=True),
        Column("coverage_q90", "double precision", "Share of weeks at or below the 90 % quantile", unit="share"),
        Column("coverage_q95", "double precision", "Share of weeks at or below the 95 % quantile", unit="share"),
    ),
    reads=(_WEEKLY,),
)

MV_ITEM_OVERVIEW = _view(
    "mv_item_overview",
    "One row per item: what planners see first. What the source cannot know is null, with the reason beside it.",
    ("item_id",),
    (
        Column("item_id", "text", "Item", (f"{_ITEM}.item_id",)),
        Column("item_name", "text", "Name", (f"{_ITEM}.item_name",)),
        Column("family", "text", "Family", (f"{_ITEM}.family",)),
        Column("category", "text", "Material or service", (f"{_ITEM}.category",)),
        Column("unit", "text", "Unit", (f"{_ITEM}.unit",)),
        Column("is_service", "boolean", "A service", (f"{_ITEM}.is_service",)),
        Column("active", "boolean", "Requested in the last 365 days of data", (f"{_ITEM}.active",)),
        Column("demand_class", "text", "Demand class", (f"{_PROFILE}.demand_class",), nullable=True),
        Column("abc_class", "text", "ABC class", (f"{_PROFILE}.abc_class",), nullable=True),
        Column("abc_basis", "text", "What ABC ranks by", (f"{_PROFILE}.abc_basis",), nullable=True),
        Column("xyz_class", "text", "XYZ class", (f"{_PROFILE}.xyz_class",), nullable=True),
        Column("adi", "double precision", "Average demand interval", (f"{_PROFILE}.adi",), "weeks", True),
        Column("cv2", "double precision", "CV² of non-zero demand", (f"{_PROFILE}.cv2",), nullable=True),
        Column("weeks_observed", "integer", "Weeks observed", (f"{_PROFILE}.weeks_observed",), "weeks", True),
        Column("weeks_with_demand", "integer", "Weeks with demand", (f"{_PROFILE}.weeks_with_demand",), "weeks", True),
        Column("first_demand_on", "date", "First demand", (f"{_DEMAND}.date",), nullable=True),
        Column("last_demand_on", "date", "Latest demand", (f"{_DEMAND}.date",), nullable=True),
        Column(
            "demand_total", "numeric", "Demand so far; null for services", (f"{_DEMAND}.demand",), "item's unit", True
        ),
        Column(
            "demand_52w", "numeric", "Demand of the last 364 days of data", (f"{_DEMAND}.demand",), "item's unit", True
        ),
        Column(
            "request_lines_52w", "bigint", "Lines in the last 364 days of data", (f"{_LINES}.requested_on",), "lines"
        ),
        Column(
            "mean_weekly_demand", "double precision", "Mean", (f"{_PROFILE}.mean_weekly_demand",), "item's unit", True
        ),
        Column("origin", "date", "Latest forecast origin", (f"{_FORECASTS}.origin",), nullable=True),
        Column("served_model", "text", "Model served", (f"{_FORECASTS}.model",), nullable=True),
        Column(
            "forecast_4w",
            "double precision",
            "Expected demand of the four weeks from the origin (means add up; quantiles would not)",
            (f"{_FORECASTS}.forecast_value",),
            "item's unit",
            True,
        ),
        Column("lead_time_lines", "bigint", "Lines with a request-to-purchase time", (f"{_LINES}.ordered_on",)),
        Column("lead_time_median_days", "double precision", "Median", (f"{_LINES}.ordered_on",), "days", True),
        Column("lead_time_p90_days", "double precision", "90 % quantile", (f"{_LINES}.ordered_on",), "days", True),
        Column("on_hand", "numeric", "Stock on hand", ("core.fact_inventory_daily.on_hand",), "item's unit", True),
        Column("on_hand_reason", "text", "Why there is none", nullable=True, allowed=("stock_not_in_source",)),
        Column("unit_cost_brl", "numeric(18,4)", "Unit cost", (f"{_ITEM}.unit_cost_brl",), "BRL", True),
        Column("unit_cost_reason", "text", "Why there is none", nullable=True, allowed=("prices_not_in_source",)),
    ),
)

MV_KPI_PERIOD = _view(
    "mv_kpi_period",
    "Every KPI by day, week and month, of everything and by family, site, supplier and client where that makes sense. "
    "Null with a reason where the source cannot know.",
    ("grain", "period", "dimension", "member", "kpi"),
    (
        Column("grain", "text", "Length of the period", allowed=("day", "week", "month")),
        Column("period", "date", "Its first day; weeks begin on Monday", (f"{_PARTS}.date",)),
        Column("dimension", "text", "What the member is", (f"{_PARTS}.dimension",), allowed=DIMENSIONS),
        Column("member", "text", "Which of them; ALL", (f"{_PARTS}.member",)),
        Column("kpi", "text", "Code of the KPI, defined in docs/kpis.md", (f"{_PARTS}.kpi",)),
        Column("value", "double precision", "Value", (f"{_PARTS}.numerator", f"{_PARTS}.denominator"), nullable=True),
        Column("unit", "text", "Unit of the value", allowed=("share", "days", "brl", "per_year")),
        Column("numerator", "double precision", "Sum over the days", (f"{_PARTS}.numerator",), nullable=True),
        Column(
            "denominator",
            "double precision",
            "Sum over the days; null: the value is a sum",
            (f"{_PARTS}.denominator",),
            nullable=True,
        ),
        Column("reason", "text", "Why there is no value", (f"{_PARTS}.reason",), nullable=True),
        Column("through", "date", "Last day of the period that counts in it", (f"{_PARTS}.date",), nullable=True),
    ),
    reads=("core.dim_calendar",),
)

MV_ABC_XYZ = _view(
    "mv_abc_xyz",
    "Items by value (ABC) and regularity (XYZ) on the latest origin, of each family and of all. Class `-`: none yet.",
    ("family", "abc_class", "xyz_class"),
    (
        Column("family", "text", "Family; ALL", (f"{_ITEM}.family",)),
        Column("abc_class", "text", "ABC class", (f"{_PROFILE}.abc_class",), allowed=("A", "B", "C", "-")),
        Column("xyz_class", "text", "XYZ class", (f"{_PROFILE}.xyz_class",), allowed=("X", "Y", "Z", "-")),
        Column("abc_basis", "text", "What ABC ranks by", (f"{_PROFILE}.abc_basis",), nullable=True),
        Column("origin", "date", "Origin of the profiles", (f"{_PROFILE}.origin",)),
        Column("items", "bigint", "Items", (f"{_PROFILE}.item_id",), minimum=1),
        Column("request_lines_52w", "bigint", "Lines in 52 weeks", (f"{_PROFILE}.request_lines_52w",), "lines"),
        Column(
            "demand_value_52w_brl",
            "numeric",
            "Demand of 52 weeks at unit cost",
            (f"{_PROFILE}.demand_52w", f"{_ITEM}.unit_cost_brl"),
            "BRL",
            True,
        ),
        Column(
            "stock_value_brl",
            "numeric",
            "Stock of the last day at its unit cost",
            (f"{_STOCK}.on_hand", f"{_STOCK}.unit_cost_brl"),
            "BRL",
            True,
        ),
        Column("stock_reason", "text", "Why there is no stock value", nullable=True),
        Column("value_reason", "text", "Why there is no demand value", nullable=True),
    ),
)

_DAYS = "double precision"
MV_SUPPLIER_PERFORMANCE = _view(
    "mv_supplier_performance",
    "Each supplier over the last 364 days of data: what was ordered, how long it took, what was punctual. Materials.",
    ("supplier_id",),
    (
        Column("supplier_id", "text", "Supplier", (f"{_LINES}.supplier_id",)),
        Column("supplier_name", "text", "Name", ("core.dim_supplier.supplier_name",)),
        Column("orders", "bigint", "Orders", (f"{_LINES}.order_id",), minimum=1),
        Column("lines", "bigint", "Lines ordered", (f"{_LINES}.line_no",), minimum=1),
        Column(
            "ordered_brl",
            "numeric",
            "Value ordered",
            (f"{_LINES}.ordered_qty", f"{_LINES}.unit_price_brl"),
            "BRL",
            True,
        ),
        Column("ordered_reason", "text", "Why there is no value", nullable=True),
        Column("after_the_fact_lines", "bigint", "Lines bought before their request", (f"{_LINES}.after_the_fact",)),
        Column(
            "purchase_time_median_days", _DAYS, "Median from request to order", (f"{_LINES}.ordered_on",), "days", True
        ),
        Column("received_lines", "bigint", "Lines received", (f"{_LINES}.received_on",), "lines"),
        Column(
            "lead_time_mean_days", _DAYS, "Mean from order to first receipt", (f"{_LINES}.received_on",), "days", True
        ),
        Column("lead_time_median_days", _DAYS, "Median of it", (f"{_LINES}.received_on",), "days", True),
        Column("lead_time_p90_days", _DAYS, "90 % quantile of it", (f"{_LINES}.received_on",), "days", True),
        Column(
            "lead_time_median_91d_days",
            _DAYS,
            "Median of lines received in the last 91 days",
            (f"{_LINES}.received_on",),
            "days",
            True,
        ),
        Column(
            "lead_time_median_before_days",
            _DAYS,
            "Median of lines received before",
            (f"{_LINES}.received_on",),
            "days",
            True,
        ),
        Column("promised_mean_days", _DAYS, "Mean from order to promise", (f"{_LINES}.promised_on",), "days", True),
        Column("due_lines", "bigint", "Lines whose promised day has come", (f"{_LINES}.promised_on",), "lines"),
        Column("on_time_lines", "bigint", "Of these, received by that day", (f"{_LINES}.received_on",), "lines"),
        Column("overdue_lines", "bigint", "Of these, not received yet", (f"{_LINES}.received_on",), "lines"),
        Column("on_time_rate", _DAYS, "On-time lines ÷ due lines", (f"{_LINES}.received_on",), "share", True),
        Column("receipt_reason", "text", "Why receipts are not known", nullable=True),
        Column("as_of", "date", "Last day of data", (f"{_LINES}.requested_on",)),
    ),
    reads=(_ITEM,),
)

MV_KPI_SUMMARY = _view(
    "mv_kpi_summary",
    "The headline figures, one row each; null with a reason where the source cannot know.",
    ("kpi",),
    (
        Column("kpi", "text", "Code of the KPI, defined in docs/kpis.md"),
        Column(
            "value",
            "double precision",
            "Value",
            (
                f"{_ITEM}.active",
                f"{_LINES}.requested_on",
                f"{_LINES}.after_the_fact",
                f"{_STOCK}.on_hand",
                f"{_OPEN}.open_lines",
                f"{_ACCURACY}.wape",
                f"{_ACCURACY}.bias",
                f"{_PARTS}.numerator",
                f"{_PERIOD}.reason",
            ),
            nullable=True,
        ),
        Column("unit", "text", "Unit of the value", allowed=("items", "lines", "days", "share", "brl", "per_year")),
        Column("reason", "text", "Why there is no value", nullable=True),
        Column("as_of", "date", "Last day of data it speaks of", (f"{_LINES}.requested_on",)),
    ),
)

TABLES = (
    KPI_DAILY,
    MV_DEMAND_DAILY_FAMILY,
    MV_REQUESTS_OPEN_DAILY,
    MV_LEAD_TIME_SUPPLIER_FAMILY,
    MV_FORECAST_ACCURACY,
    MV_ITEM_OVERVIEW,
    MV_KPI_PERIOD,
    MV_ABC_XYZ,
    MV_SUPPLIER_PERFORMANCE,
    MV_KPI_SUMMARY,
)
