"""Tables of `analytics` that are filled by runs: features and forecasts."""

from dataclasses import replace

from nova_assets.registry import lake
from nova_assets.registry.model import NOT_LOST, STEADY, Column, Grain, Reference, Rule, Table

_DEMAND = "core.fact_demand_daily"
_WEEKLY = "analytics.features_demand_weekly"
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

TABLES = (FEATURES_DEMAND_WEEKLY, FEATURES_DEMAND_PROFILE, FACT_FORECASTS, FORECAST_ACCURACY, ENSEMBLE_STANDINGS)
