"""Tables of the lake: Delta tables that other environments write and `load` assets bring into PostgreSQL.

Types are those of PostgreSQL that the columns become.
"""

from nova_assets.registry.model import Column, Grain, Table

_WEEKLY = "analytics.features_demand_weekly"
_DEMAND = f"{_WEEKLY}.demand"

_ITEM = (
    Column("item_id", "text", "Item", (f"{_WEEKLY}.item_id",)),
    Column("site_id", "text", "Site; ALL = all sites together, OTHER = those without a forecast of their own"),
    Column("origin", "date", "Monday of the forecast; demand before it was known", (f"{_WEEKLY}.week",)),
)
_MADE = (
    Column("model_version", "text", "Hashes of code, parameters and data"),
    Column("run_seconds", "double precision", "Time it took for all items of the origin", unit="s", volatile=True),
    Column("generated_at", "timestamptz", "When it was computed", volatile=True),
)


def _figures(period: str, *levels: int) -> tuple[Column, ...]:
    expected = Column("forecast_value", "double precision", f"Expected demand of {period}", (_DEMAND,), "item's unit")
    quantiles = (
        Column(f"q{level:02}", "double precision", f"{level} % quantile of it", (_DEMAND,), "item's unit")
        for level in levels
    )
    return (expected, *quantiles)


FORECASTS = Table(
    schema="lake",
    name="forecasts",
    group="forecasting",
    meaning="Expected weekly demand and its quantiles for 13 weeks from each origin on, of every material with a "
    "demand before it, all sites together, by every model. The served one is the ensemble.",
    owner="team:data-science",
    key=("origin", "item_id", "site_id", "model", "forecast_date"),
    grain=Grain.WEEKLY,
    window_column="origin",
    reads=("core.dim_item", "core.fact_demand_daily", "analytics.demand_adjustments"),
    columns=(
        *_ITEM,
        Column("forecast_date", "date", "Monday of the forecast week"),
        Column("model", "text", "Model; `ensemble` is the average of the best"),
        *_figures("the week", 5, 10, 50, 80, 90, 95, 99),
        *_MADE,
    ),
)

SUMMED_DEMAND = Table(
    schema="lake",
    name="summed_demand",
    group="forecasting",
    meaning="Expected demand of the next 1, 2, 4, 8, 13 and 26 weeks together and its quantiles, of the same items by "
    "the same models: quantiles of single weeks cannot be added up.",
    owner="team:data-science",
    key=("origin", "item_id", "site_id", "model", "weeks"),
    grain=Grain.WEEKLY,
    window_column="origin",
    reads=("core.dim_item", "core.fact_demand_daily", "analytics.demand_adjustments"),
    columns=(
        *_ITEM,
        Column("weeks", "integer", "Number of weeks from the origin on", unit="weeks"),
        Column("model", "text", "Model; `ensemble` is the average of the best"),
        *_figures("these weeks", 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 99),
        *_MADE,
    ),
)

ENSEMBLE_STANDINGS = Table(
    schema="lake",
    name="ensemble_standings",
    group="forecasting",
    meaning="How each model stood on the origins before, and why it is in the ensemble or out.",
    owner="team:data-science",
    key=("origin", "model"),
    grain=Grain.WEEKLY,
    window_column="origin",
    columns=(
        Column("origin", "date", "Monday of the forecast", (f"{_WEEKLY}.week",)),
        Column("model", "text", "Model"),
        Column(
            "loss",
            "double precision",
            "Scaled pinball loss of 4 weeks' demand on up to three origins before, divided by the present formula's; "
            "null where the model said nothing",
            (_DEMAND,),
            "ratio",
            nullable=True,
        ),
        Column("weight", "double precision", "Part in the average; 0 = out", (_DEMAND,), "share", minimum=0),
        Column("reason", "text", "Why it is in or out", (_DEMAND,)),
    ),
)

TABLES = (FORECASTS, SUMMED_DEMAND, ENSEMBLE_STANDINGS)
