"""Tables of `analytics` that are filled by runs: features and forecasts."""

from dataclasses import replace

from nova_assets.registry import lake
from nova_assets.registry.model import NOT_LOST, STEADY, Column, Grain, Reference, Rule, Table

_DEMAND = "core.fact_demand_daily"
_WEEKLY = "analytics.features_demand_weekly"
_ANOMALIES = "core.fact_demand_anomalies"
_PROFILE = "analytics.features_demand_profile"
_LAKE = "lake.forecasts"
# Their rows follow models and rules as much as the data, whose loss core has refused before.
_DERIVED = (STEADY, NOT_LOST)

FEATURES_DEMAND_WEEKLY = Table(
    schema="analytics",
    name="features_demand_weekly",
    group="features",
    meaning="Demand per item and week, all sites together: a complete grid with zeros from the item's first demand to "
    "the last whole week of data.",
    owner="team:data-science",
    key=("item_id", "week"),
    grain=Grain.WEEKLY,
    window_column="week",
    warns=_DERIVED,
    reads=("core.fact_purchase_lines",),
    references=(Reference(("item_id",), "core.dim_item", ("item_id",)),),
    columns=(
        Column("item_id", "text", "Item", (f"{_DEMAND}.item_id",)),
        Column("week", "date", "Monday of the week", (f"{_DEMAND}.date",)),
        Column("demand", "numeric(18,4)", "Quantity demanded", (f"{_DEMAND}.demand",), "item's unit", minimum=0),
        Column("request_lines", "integer", "Lines it came in", (f"{_DEMAND}.request_lines",), minimum=0),
    ),
)

FEATURES_DEMAND_PROFILE = Table(
    schema="analytics",
    name="features_demand_profile",
    group="features",
    meaning="What kind of demand an item has, as known on a forecast origin: from whole weeks before it, none later.",
    owner="team:data-science",
    key=("origin", "item_id"),
    grain=Grain.WEEKLY,
    window_column="origin",
    warns=_DERIVED,
    references=(Reference(("item_id",), "core.dim_item", ("item_id",)),),
    columns=(
        Column("origin", "date", "Monday on which the profile is taken"),
        Column("item_id", "text", "Item", (f"{_WEEKLY}.item_id",)),
        Column("first_demand_on", "date", "First day with demand", (f"{_DEMAND}.date",)),
        Column("last_demand_on", "date", "Latest day with demand", (f"{_DEMAND}.date",)),
        Column("weeks_observed", "integer", "Weeks since the first demand", (f"{_WEEKLY}.week",), "weeks", minimum=1),
        Column("weeks_with_demand", "integer", "Weeks with demand", (f"{_WEEKLY}.demand",), "weeks", minimum=1),
        Column("demand_total", "numeric(18,4)", "Demand so far", (f"{_WEEKLY}.demand",), "item's unit", minimum=0),
        Column("demand_52w", "numeric(18,4)", "Demand of 52 weeks", (f"{_WEEKLY}.demand",), "item's unit", minimum=0),
        Column("request_lines_52w", "integer", "Lines in 52 weeks", (f"{_WEEKLY}.request_lines",), "lines", minimum=0),
        Column(
            "mean_weekly_demand", "double precision", "Mean over observed weeks", (f"{_WEEKLY}.demand",), "item's unit"
        ),
        Column(
            "cv", "double precision", "Standard deviation over mean of weekly demand, zeros included", nullable=True
        ),
        Column("adi", "double precision", "Average demand interval: weeks observed per week with demand", minimum=1),
        Column(
            "cv2",
            "double precision",
            "Squared coefficient of variation of non-zero weekly demand",
            nullable=True,
            minimum=0,
        ),
        Column(
            "demand_class",
            "text",
            "Class by ADI 1.32 and CV² 0.49 (Syntetos, Boylan & Croston 2005); null below two weeks with demand",
            nullable=True,
            allowed=("smooth", "erratic", "intermittent", "lumpy"),
        ),
        Column("abc_class", "text", "ABC by cumulated share, 80 % and 95 %", nullable=True, allowed=("A", "B", "C")),
        Column(
            "abc_basis",
            "text",
            "What ABC ranks by: yearly value, or request lines where there is no unit cost",
            ("core.dim_item.unit_cost_brl",),
            nullable=True,
            allowed=("value", "request_lines"),
        ),
        Column("xyz_class", "text", "XYZ by CV of weekly demand, 0.5 and 1.0", nullable=True, allowed=("X", "Y", "Z")),
    ),
)

DEMAND_ADJUSTMENTS = Table(
    schema="analytics",
    name="demand_adjustments",
    group="features",
    meaning="Weeks whose demand holds an unusual quantity, and what to add to it for the largest usual one: one-off "
    "projects, seen from nothing but the demand before them. Whether models see it is a setting; core never changes.",
    owner="team:data-science",
    key=("item_id", "week"),
    grain=Grain.WEEKLY,
    window_column="week",
    # Unusual quantities come and go.
    drift=None,
    references=(Reference(("item_id",), "core.dim_item", ("item_id",)),),
    columns=(
        Column("item_id", "text", "Item", (f"{_ANOMALIES}.item_id",)),
        Column("week", "date", "Monday of the week", (f"{_ANOMALIES}.date",)),
        Column("demand", "numeric(18,4)", "Demand as it came", (f"{_WEEKLY}.demand",), "item's unit", minimum=0),
        Column(
            "adjustment",
            "numeric(18,4)",
            "Added to it: minus what lies above the largest usual quantity",
            (f"{_ANOMALIES}.demand", f"{_ANOMALIES}.usual_demand", f"{_ANOMALIES}.score"),
            "item's unit",
            maximum=0,
        ),
        Column(
            "adjusted_demand",
            "numeric(18,4)",
            "Demand and adjustment together",
            (f"{_WEEKLY}.demand", f"{_ANOMALIES}.demand"),
            "item's unit",
            minimum=0,
        ),
        Column("unusual_demands", "integer", "Flagged demands of the week, by site and day", minimum=1),
        Column("score", "double precision", "Highest of their scores", (f"{_ANOMALIES}.score",), minimum=0),
        Column("reason", "text", "Why it is adjusted", allowed=("unusual_quantity",)),
        Column("rule", "text", "What found it", allowed=("fact_demand_anomalies",)),
    ),
)

FEATURES_WEEKDAY_SHARES = Table(
    schema="analytics",
    name="features_weekday_shares",
    group="features",
    meaning="How a week of demand is spread over its days, as known on an origin: of items with smooth demand alone. "
    "Days are made of it when they are asked for, see sql/forecasting/daily_forecast.sql.",
    owner="team:data-science",
    key=("origin", "item_id", "weekday"),
    grain=Grain.WEEKLY,
    window_column="origin",
    # Items become smooth and cease to be.
    drift=None,
    reads=("core.dim_item",),
    references=(Reference(("item_id",), "core.dim_item", ("item_id",)),),
    columns=(
        Column("origin", "date", "Monday on which it is known", (f"{_PROFILE}.origin",)),
        Column("item_id", "text", "Item", (f"{_PROFILE}.item_id",)),
        Column("weekday", "smallint", "Monday = 1", ("core.dim_calendar.weekday",), minimum=1, maximum=7),
        Column(
            "share",
            "double precision",
            "Part of a week without holidays; the seven of an item sum to one",
            (f"{_DEMAND}.demand", f"{_DEMAND}.date"),
            "share",
            minimum=0,
            maximum=1,
        ),
        Column(
            "holiday_factor",
            "double precision",
            "What a holiday brings of what its weekday would have brought, over all these items",
            (f"{_DEMAND}.demand", "core.dim_calendar.is_holiday"),
            "ratio",
            minimum=0,
            maximum=1,
        ),
        Column("demand_days", "integer", "Days with demand that the item speaks with", (f"{_DEMAND}.date",), minimum=0),
    ),
)

FACT_FORECASTS = Table(
    schema="analytics",
    name="fact_forecasts",
    group="load",
    meaning="Weekly demand forecasts by origin, with quantiles: the served ensemble, and the benchmarks beside it.",
    owner="team:data-science",
    key=("origin", "item_id", "site_id", "model", "forecast_date"),
    grain=Grain.WEEKLY,
    window_column="origin",
    warns=_DERIVED,
    references=(Reference(("item_id",), "core.dim_item", ("item_id",)),),
    rules=(
        Rule("forecasts_serve_one_model", "Exactly one model is served per origin and item"),
        Rule("forecast_quantiles_do_not_cross", "Quantiles rise with their level"),
    ),
    columns=(
        Column("origin", "date", "Monday of the forecast; demand before it was known", (f"{_LAKE}.origin",)),
        Column("item_id", "text", "Item", (f"{_LAKE}.item_id",)),
        Column("site_id", "text", "Site; ALL = all sites together", (f"{_LAKE}.site_id",)),
        Column("model", "text", "Model", (f"{_LAKE}.model",)),
        Column("forecast_date", "date", "Monday of the forecast week", (f"{_LAKE}.forecast_date",)),
        Column(
            "forecast_value",
            "double precision",
            "Expected demand of the week",
            (f"{_LAKE}.forecast_value",),
            "item's unit",
            minimum=0,
        ),
        Column(
            "confidence_interval",
            "jsonb",
            "Quantiles q05, q10, q50, q80, q90, q95, q99 of the week's demand",
            tuple(f"{_LAKE}.{quantile}" for quantile in ("q05", "q10", "q50", "q80", "q90", "q95", "q99")),
            "item's unit",
        ),
        Column("served", "boolean", "The model that planners see for this item", (f"{_LAKE}.model",)),
        Column("model_version", "text", "Code, parameters and data of the model", (f"{_LAKE}.model_version",)),
        Column("generated_at", "timestamptz", "When it was computed", (f"{_LAKE}.generated_at",), volatile=True),
    ),
)


def _loaded(table: Table) -> Table:
    """A table of the lake, column by column."""
    return replace(
        table,
        schema="analytics",
        group="load",
        reads=(),
        warns=_DERIVED,
        columns=tuple(replace(column, sources=(f"{table.relation}.{column.name}",)) for column in table.columns),
    )


FORECAST_ACCURACY = _loaded(lake.FORECAST_ACCURACY)
ENSEMBLE_STANDINGS = _loaded(lake.ENSEMBLE_STANDINGS)
SUMMED_DEMAND = replace(
    _loaded(lake.SUMMED_DEMAND),
    meaning="The served forecast of the next 1, 2, 4, 8, 13 and 26 weeks together, all sites: quantiles of single "
    "weeks cannot be added up.",
    references=(Reference(("item_id",), "core.dim_item", ("item_id",)),),
)

TABLES = (
    FEATURES_DEMAND_WEEKLY,
    DEMAND_ADJUSTMENTS,
    FEATURES_DEMAND_PROFILE,
    FEATURES_WEEKDAY_SHARES,
    FACT_FORECASTS,
    SUMMED_DEMAND,
    FORECAST_ACCURACY,
    ENSEMBLE_STANDINGS,
)
