"""Materialized views of `analytics`: what planners and the API read. Each KPI is defined once, in docs/kpis.md."""

from nova_assets.registry.model import Column, Kind, Table

OWNER = "team:planning"
_ITEM = "core.dim_item"
_LINES = "core.fact_purchase_lines"
_DEMAND = "core.fact_demand_daily"
_WEEKLY = "analytics.features_demand_weekly"
_PROFILE = "analytics.features_demand_profile"
_FORECASTS = "analytics.fact_forecasts"
_ACCURACY = "analytics.mv_forecast_accuracy"
_OPEN = "analytics.mv_requests_open_daily"


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
                "core.fact_inventory_daily.on_hand",
                f"{_OPEN}.open_lines",
                f"{_ACCURACY}.wape",
                f"{_ACCURACY}.bias",
            ),
            nullable=True,
        ),
        Column("unit", "text", "Unit of the value", allowed=("items", "lines", "days", "share", "brl")),
        Column("reason", "text", "Why there is no value", nullable=True),
        Column("as_of", "date", "Last day of data it speaks of", (f"{_LINES}.requested_on",)),
    ),
)

TABLES = (
    MV_DEMAND_DAILY_FAMILY,
    MV_REQUESTS_OPEN_DAILY,
    MV_LEAD_TIME_SUPPLIER_FAMILY,
    MV_FORECAST_ACCURACY,
    MV_ITEM_OVERVIEW,
    MV_KPI_SUMMARY,
)
