"""The asset `lake/forecasts`: weekly demand forecasts with quantiles, of every material, from every weekly origin."""

import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import dagster as dg
import pyarrow as pa

from nova_assets.factories import SINGLE_RUN, column_lineage, table_spec
from nova_assets.forecasting.resources import ForecastEngine
from nova_assets.forecasting.version import code_version
from nova_assets.partitions import key_range
from nova_assets.registry.lake import FORECASTS
from nova_assets.resources.lake import Lake
from nova_assets.resources.warehouse import Warehouse
from nova_assets.sqlfiles import read_sql

if TYPE_CHECKING:
    from nova_assets.forecasting.engine import Engine
    from nova_assets.forecasting.forecast import OriginForecast

TABLE = FORECASTS.name


@dg.multi_asset(
    name="lake__forecasts",
    specs=[table_spec(FORECASTS, kinds={"python", "deltalake"}, code=code_version())],
    backfill_policy=SINGLE_RUN,
)
def forecasts(
    context: dg.AssetExecutionContext, warehouse: Warehouse, lake: Lake, forecast_engine: ForecastEngine
) -> dg.MaterializeResult:
    """Forecast every material from the run's origins on; one run replaces exactly its origins in the lake."""
    first, last = key_range(context)
    seconds = {}

    started = time.perf_counter()
    demand, profiles = _read(warehouse, first, last)
    seconds["read"] = time.perf_counter() - started

    started = time.perf_counter()
    made = _forecast(first, last, demand, profiles, forecast_engine.build())
    seconds["forecast"] = time.perf_counter() - started

    started = time.perf_counter()
    rows = pa.concat_tables([origin.rows for origin in made])
    version = lake.write_range(TABLE, rows, "origin", first, last)
    seconds["write"] = time.perf_counter() - started

    for origin in made:
        context.add_asset_metadata(_origin_metadata(origin), partition_key=origin.history.origin.isoformat())
    context.add_asset_metadata(
        {"dagster/column_lineage": column_lineage(FORECASTS)}, partition_key=context.partition_key_range.end
    )
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": rows.num_rows,
            "lake_version": version,
            "data_versions": {relation: warehouse.data_version(relation) or 0 for relation in FORECASTS.upstream},
            "seconds": _rounded(seconds),
            "seconds_per_model": _rounded(_seconds_per_model(made)),
            "examples": dg.MetadataValue.md(_examples(_latest(made))),
        }
    )


def _read(warehouse: Warehouse, first: date, last: date) -> tuple[pa.Table, pa.Table]:
    return (
        warehouse.query_arrow(read_sql("forecasting/history.sql"), [last]),
        warehouse.query_arrow(read_sql("forecasting/profiles.sql"), [first, last]),
    )


def _forecast(
    first: date, last: date, demand: pa.Table, profiles: pa.Table, engine: "Engine"
) -> "list[OriginForecast]":
    from nova_assets.forecasting.forecast import forecast_origin
    from nova_assets.forecasting.history import History

    now = datetime.now(UTC)
    weekly = demand.rename_columns(["unique_id", "ds", "y"]).to_pandas(date_as_object=False)
    by_origin = dict(tuple(profiles.to_pandas().groupby("origin")))
    nothing = profiles.slice(0, 0).to_pandas()
    origins = [first + timedelta(weeks=week) for week in range((last - first).days // 7 + 1)]
    return [
        forecast_origin(History.before(origin, weekly), by_origin.get(origin, nothing), engine, now)
        for origin in origins
    ]


def _origin_metadata(origin: "OriginForecast") -> dict[str, Any]:
    last_week = origin.history.last_week
    return {
        "dagster/partition_row_count": origin.rows.num_rows,
        "items_per_class": origin.items_per_class,
        "items_per_served_model": origin.items_per_served_model,
        "last_known_week": last_week.isoformat() if last_week else "none",
        "weeks_missing": origin.history.weeks_missing,
    }


def _latest(made: "Sequence[OriginForecast]") -> "OriginForecast":
    """The last origin that has a forecast, the last of all where none has."""
    return next((origin for origin in reversed(made) if origin.rows.num_rows), made[-1])


def _examples(origin: "OriginForecast") -> str:
    """One served item of each class, as a table in Markdown."""
    lines = [
        f"Origin {origin.history.origin}, week of the origin, in the item's unit",
        "",
        "| item | class | model | expected | q50 | q95 |",
        "|---|---|---|---|---|---|",
    ]
    example_of = {demand_class: str(item) for item, demand_class in origin.classes.items()}
    for row in origin.first_week_of(list(example_of.values())).to_pylist():
        figures = " | ".join(f"{row[column]:.2f}" for column in ("forecast_value", "q50", "q95"))
        lines.append(f"| {row['item_id']} | {origin.classes[row['item_id']]} | {row['model']} | {figures} |")
    return "\n".join(lines)


def _seconds_per_model(made: "Sequence[OriginForecast]") -> dict[str, float]:
    total: dict[str, float] = defaultdict(float)
    for origin in made:
        for model, seconds in origin.seconds.items():
            total[model] += seconds
    return total


def _rounded(seconds: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 3) for name, value in seconds.items()}
