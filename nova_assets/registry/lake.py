"""Tables of the lake: Delta tables that other environments write and `load` assets bring into PostgreSQL.

Types are those of PostgreSQL that the columns become.
"""

from nova_assets.registry.model import Column, Grain, Table

_WEEKLY = "analytics.features_demand_weekly"
_PROFILE = "analytics.features_demand_profile"


def _quantile(level: int) -> Column:
    return Column(
        f"q{level:02}",
        "double precision",
        f"{level} % quantile of the week's demand",
        (f"{_WEEKLY}.demand",),
        "item's unit",
    )


FORECASTS = Table(
    schema="lake",
    name="forecasts",
    group="forecasting",
    meaning="Expected weekly demand and its quantiles for 13 weeks from each origin on, of every material with a "
    "demand before it, all sites together. Each item has one served model, chosen for its demand class, and the "
    "benchmark historic_average.",
    owner="team:data-science",
    key=("origin", "item_id", "site_id", "model", "forecast_date"),
    grain=Grain.WEEKLY,
    window_column="origin",
    reads=("core.dim_item",),
    columns=(
        Column("item_id", "text", "Item", (f"{_WEEKLY}.item_id",)),
        Column("site_id", "text", "Site; ALL = all sites together"),
        Column("origin", "date", "Monday of the forecast; demand before it was known", (f"{_PROFILE}.origin",)),
        Column("forecast_date", "date", "Monday of the forecast week"),
        Column("model", "text", "Model", (f"{_PROFILE}.demand_class", f"{_PROFILE}.weeks_observed")),
        Column(
            "forecast_value", "double precision", "Expected demand of the week", (f"{_WEEKLY}.demand",), "item's unit"
        ),
        *(_quantile(level) for level in (5, 10, 50, 90, 95, 99)),
        Column("served", "boolean", "The model that planners see for this item", (f"{_PROFILE}.demand_class",)),
        Column("model_version", "text", "Hashes of code, parameters and data"),
        Column("generated_at", "timestamptz", "When it was computed", volatile=True),
    ),
)

TABLES = (FORECASTS,)
