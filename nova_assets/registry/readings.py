"""What is made of the served forecasts, for planners: why they are what they are, and what they add up to by family.

Tables of the lake, and the same in PostgreSQL.
"""

from __future__ import annotations

from nova_assets.registry.lead_times import loaded
from nova_assets.registry.model import Column, Grain, Reference, Rule, Table

_WEEKLY = "analytics.features_demand_weekly"
_DEMAND = f"{_WEEKLY}.demand"
FAMILY_FORECASTS = Table(
    schema="lake",
    name="family_forecasts",
    group="forecasting",
    meaning="Expected weekly demand of each family and unit of measure, the sum of its items' served forecasts, and "
    "the quantiles of that sum.",
    owner="team:data-science",
    key=("origin", "family", "unit", "forecast_date"),
    grain=Grain.WEEKLY,
    window_column="origin",
    reads=(_WEEKLY, "analytics.demand_adjustments"),
    columns=(
        Column("origin", "date", "Monday of the forecast", ("lake.forecasts.origin",)),
        Column("family", "text", "Family", ("core.dim_item.family",)),
        Column("unit", "text", "Unit of measure of the items that are added up", ("core.dim_item.unit",)),
        Column("forecast_date", "date", "Monday of the forecast week", ("lake.forecasts.forecast_date",)),
        Column("items", "integer", "Items that are added up", ("lake.forecasts.item_id",), minimum=1),
        Column(
            "forecast_value",
            "double precision",
            "Expected demand of the week: the sum of the items'",
            ("lake.forecasts.forecast_value",),
            "the unit",
            minimum=0,
        ),
        *(
            Column(
                f"q{level:02}",
                "double precision",
                f"{level} % quantile of it",
                ("lake.forecasts.forecast_value", _DEMAND),
                "the unit",
                minimum=0,
            )
            for level in (5, 10, 50, 80, 90, 95, 99)
        ),
        Column(
            "correlation",
            "double precision",
            "Mean correlation of the weekly demands of two items, by which the quantiles are made",
            (_DEMAND,),
            minimum=0,
            maximum=1,
        ),
        Column("model_version", "text", "Version of the served forecast", ("lake.forecasts.model_version",)),
        Column("generated_at", "timestamptz", "When it was computed", volatile=True),
    ),
)

_PROFILE = "analytics.features_demand_profile"
_SAID = ("lake.forecasts.forecast_value", _DEMAND)


def _line(name: str, meaning: str) -> Column:
    return Column(name, "double precision", meaning, _SAID, "item's unit")


def _seen(name: str, type_: str, meaning: str, unit: str | None = None, nullable: bool = True) -> Column:
    return Column(name, type_, meaning, (_DEMAND,), unit, nullable)


FORECAST_EXPLANATIONS = Table(
    schema="lake",
    name="forecast_explanations",
    group="forecasting",
    meaning="Why the served forecast of an item is what it is: what its history shows, what is borrowed from others, "
    "and five lines that add up to the expected weekly demand.",
    owner="team:data-science",
    key=("origin", "item_id"),
    grain=Grain.WEEKLY,
    window_column="origin",
    reads=("core.dim_item",),
    columns=(
        Column("origin", "date", "Monday of the forecast", ("lake.forecasts.origin",)),
        Column("item_id", "text", "Item", ("lake.forecasts.item_id",)),
        Column("demand_class", "text", "Class of demand, as known then", (f"{_PROFILE}.demand_class",), nullable=True),
        Column("data_through", "date", "Last day of the demand that was known", (f"{_WEEKLY}.week",)),
        Column("first_demand_on", "date", "First day with demand", (f"{_PROFILE}.first_demand_on",), nullable=True),
        Column("last_demand_on", "date", "Latest day with demand", (f"{_PROFILE}.last_demand_on",), nullable=True),
        _seen("weeks_observed", "integer", "Weeks since the first demand", "weeks", nullable=False),
        _seen("weeks_with_demand", "integer", "Weeks with demand", "weeks", nullable=False),
        _seen("quiet_weeks", "integer", "Weeks since the latest with demand", "weeks", nullable=False),
        _seen("level_lately", "double precision", "Mean week of the latest quarter", "item's unit", nullable=False),
        _seen("level_before", "double precision", "Mean week before it; null: no week before", "item's unit"),
        _seen("level_score", "double precision", "Their difference in standard errors"),
        _seen(
            "trend_per_quarter", "double precision", "Change of the mean week in a quarter, two years", "item's unit"
        ),
        _seen("trend_p_value", "double precision", "How likely without a trend (Mann 1945); null: too short"),
        _seen("season_share", "double precision", "Part of the variance that months explain; null below two years"),
        _seen("season_peak_month", "integer", "Month with the highest mean"),
        _seen("season_p_value", "double precision", "How likely without a season"),
        Column(
            "outliers",
            "integer",
            "Weeks with an unusual quantity",
            ("analytics.demand_adjustments.week",),
            "weeks",
            minimum=0,
        ),
        Column(
            "outlier_quantity",
            "double precision",
            "What lies above the usual in them",
            ("analytics.demand_adjustments.adjustment",),
            "item's unit",
            minimum=0,
        ),
        Column("outliers_adjusted", "boolean", "Whether the models saw them adjusted"),
        Column(
            "borrowed_share",
            "double precision",
            "Part of the prior in the chance of demand: 1 = all is borrowed from the family or portfolio",
            (_DEMAND, "core.dim_item.family"),
            "share",
            minimum=0,
            maximum=1,
        ),
        _line("own_mean", "Mean of all weeks since the first demand"),
        _line("portfolio_pull", "What the chance changes by which the portfolio's items return"),
        _line("family_pull", "What changes with the family's chance instead"),
        _line("recency", "What changes when old weeks count less"),
        _line("models_pull", "What the average of the chosen models says beyond this"),
        _line("expected_weekly_demand", "The five lines together: the mean of the weeks served"),
        Column(
            "models",
            "jsonb",
            "Models that made the number: weight, and expected weekly demand",
            (*_SAID, "lake.ensemble_standings.weight"),
        ),
        Column("codes", "jsonb", "What a planner should know, as codes; see docs/forecasting.md", _SAID),
        Column("model_version", "text", "Version of the served forecast", ("lake.forecasts.model_version",)),
        Column("generated_at", "timestamptz", "When it was computed", volatile=True),
    ),
)


FORECAST_EXPLANATIONS_LOADED = loaded(
    FORECAST_EXPLANATIONS,
    Rule("explanations_add_up", "The five lines add up to the expected weekly demand"),
    (Reference(("item_id",), "core.dim_item", ("item_id",)),),
)
FAMILY_FORECASTS_LOADED = loaded(
    FAMILY_FORECASTS, Rule("family_quantiles_rise", "Quantiles of families rise with their level")
)

LAKE = (FORECAST_EXPLANATIONS, FAMILY_FORECASTS)
TABLES = (FORECAST_EXPLANATIONS_LOADED, FAMILY_FORECASTS_LOADED)
