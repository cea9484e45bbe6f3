"""Tables of the lake: Delta tables that other environments write and `load` assets bring into PostgreSQL.

Types are those of PostgreSQL that the columns become.
"""

from typing import Any

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

_SAID = tuple(f"lake.summed_demand.q{level}" for level in (50, 80, 90, 95, 99))
_CAME = (_DEMAND,)


def _score(name: str, meaning: str, *said: str, **more: Any) -> Column:
    return Column(name, "double precision", meaning, (*said, *_CAME), **{"nullable": True, **more})


def _by_level(name: str, meaning: str, **more: Any) -> tuple[Column, ...]:
    return tuple(_score(f"{name}_{said[-3:]}", meaning.format(said[-2:]), said, **more) for said in _SAID)


FORECAST_ACCURACY = Table(
    schema="lake",
    name="forecast_accuracy",
    group="forecasting",
    meaning="How good every model, the ensemble and a forecast of nothing were from each origin, by segment of items "
    "and window of weeks. Only windows whose weeks have all ended are told; the others come when they have.",
    owner="team:data-science",
    key=("origin", "model", "segment_kind", "segment", "weeks"),
    grain=Grain.WEEKLY,
    window_column="origin",
    columns=(
        Column("origin", "date", "Monday of the forecast", ("lake.summed_demand.origin",)),
        Column("model", "text", "Model; `zero` is a forecast of nothing", ("lake.summed_demand.model",)),
        Column("segment_kind", "text", "What the items have in common", allowed=("all", "demand_class", "family")),
        Column(
            "segment",
            "text",
            "Demand class on the origin, `too_short` where there is none; family; or `all`",
            ("analytics.features_demand_profile.demand_class", "core.dim_item.family"),
        ),
        Column(
            "weeks", "integer", "Number of weeks from the origin on", ("lake.summed_demand.weeks",), "weeks", minimum=1
        ),
        Column("items", "bigint", "Items that the model spoke of", ("lake.summed_demand.item_id",), minimum=1),
        Column(
            "items_compared",
            "bigint",
            "Those of them with two demands and a change to scale by, of which the losses are the means",
            ("lake.summed_demand.item_id",),
            minimum=0,
        ),
        *_by_level("pinball", "Mean pinball loss of the {} % quantile ÷ (weeks × mean weekly change)", minimum=0),
        _score("pinball_mean", "Mean of these losses", *_SAID, minimum=0),
        _score("ratio_to_present_formula", "pinball_mean ÷ that of the present formula, of the same items", *_SAID),
        *_by_level("coverage", "Share within the {} % quantile", unit="share", nullable=False, minimum=0, maximum=1),
        _score("bias", "Σ(forecast − demand) ÷ Σdemand", "lake.summed_demand.forecast_value", unit="share"),
        _score("mase", "Mean absolute scaled error of single weeks; null beyond 13", "lake.forecasts.forecast_value"),
        _score("rmsse", "Root mean squared scaled error, likewise", "lake.forecasts.forecast_value"),
        _score("wape", "Σ|forecast − demand| ÷ Σdemand", "lake.summed_demand.forecast_value", unit="share"),
        Column(
            "pit_histogram",
            "double precision[]",
            "Items by tenth of their probability integral transform; ten even bins where quantiles mean what they say",
            (*_SAID, *_CAME),
            "items",
        ),
        Column(
            "model_version",
            "text",
            "Hashes of code, parameters and data",
            ("lake.forecasts.model_version",),
            nullable=True,
        ),
    ),
)

MADE_BY_ENSEMBLE = (FORECASTS, SUMMED_DEMAND, ENSEMBLE_STANDINGS)
"""The tables that the ensemble's one step makes, or none of them."""

TABLES = (*MADE_BY_ENSEMBLE, FORECAST_ACCURACY)
