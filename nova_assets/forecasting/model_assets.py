"""The assets `lake/models/<name>`: what each model says of every material, from every weekly origin."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import dagster as dg

from nova_assets import settings
from nova_assets.factories import SINGLE_RUN, asset_key, table_spec
from nova_assets.forecasting.catalogue import CATALOGUE, Entry
from nova_assets.forecasting.resources import ForecastEngine
from nova_assets.forecasting.version import code_version
from nova_assets.partitions import key_range
from nova_assets.registry.lake import FORECASTS, SUMMED_DEMAND
from nova_assets.resources.lake import Lake
from nova_assets.resources.lake_slice import Rows
from nova_assets.resources.warehouse import Warehouse
from nova_assets.sqlfiles import read_sql

if TYPE_CHECKING:
    import pandas as pd

    from nova_assets.forecasting.history import History
    from nova_assets.forecasting.origin import OriginSummary


def model_key(name: str) -> dg.AssetKey:
    """The asset of a model."""
    return asset_key(f"lake.models.{name}")


def _spec(entry: Entry) -> dg.AssetSpec:
    return table_spec(FORECASTS, kinds={"python", "deltalake"}, code=code_version()).replace_attributes(
        key=model_key(entry.name),
        description=f"{entry.meaning} Its rows lie in the lake's tables forecasts and summed_demand.",
        tags={"schema": "lake", "made_in": entry.made_in.value},
    )


@dg.multi_asset(
    name="lake__models",
    specs=[_spec(entry) for entry in CATALOGUE.values()],
    can_subset=True,
    backfill_policy=SINGLE_RUN,
)
def models(
    context: dg.AssetExecutionContext, warehouse: Warehouse, lake: Lake, forecast_engine: ForecastEngine
) -> Iterator[dg.MaterializeResult]:
    """Forecast every material from the run's origins on, model by model; each replaces exactly its own rows."""
    from nova_assets.forecasting.demand import stored_demand
    from nova_assets.forecasting.models import MODELS
    from nova_assets.forecasting.portfolio_forecast import KnownDemand, forecast_portfolio

    first, last = key_range(context)
    engine, now = forecast_engine.build(), datetime.now(UTC)
    data_versions = {relation: warehouse.data_version(relation) or 0 for relation in FORECASTS.upstream}
    chosen = [name for name in CATALOGUE if model_key(name) in context.selected_asset_keys]
    batches = warehouse.query_batches(read_sql("forecasting/history.sql"), [last])
    with stored_demand(batches, adjusted=settings.forecast_sees_adjusted_demand()) as demand:
        known = KnownDemand.of(demand, origins_between(first, last))
        for number, name in enumerate(chosen, start=1):
            started = time.perf_counter()
            with forecast_portfolio(MODELS[name], known, engine, now, context.log.info) as made:
                forecast_seconds = time.perf_counter() - started
                versions = write_rows(lake, name, first, last, made.forecasts, made.summed)
            seconds = time.perf_counter() - started
            context.log.info(f"{name}: {len(made.origins)} origins in {seconds:.1f} s, model {number} of {len(chosen)}")
            for one in made.origins:
                context.add_asset_metadata(
                    _origin_metadata(one), asset_key=model_key(name), partition_key=one.origin.isoformat()
                )
            yield dg.MaterializeResult(
                asset_key=model_key(name),
                metadata={
                    "dagster/row_count": sum(one.rows for one in made.origins),
                    "lake_version": versions[FORECASTS.name],
                    "lake_version_summed": versions[SUMMED_DEMAND.name],
                    "data_versions": data_versions,
                    "seconds": {"forecast": round(forecast_seconds, 3), "write": round(seconds - forecast_seconds, 3)},
                },
            )


def read_histories(warehouse: Warehouse, first: date, last: date) -> "list[History]":
    """The demand that models see before each origin from `first` to `last`."""
    from nova_assets.forecasting.history import History

    demand, adjusted = read_demand(warehouse, last), settings.forecast_sees_adjusted_demand()
    return [History.before(origin, demand, adjusted) for origin in origins_between(first, last)]


def read_demand(warehouse: Warehouse, before: date) -> "pd.DataFrame":
    """Weekly demand of materials before a day: `unique_id, ds, y, adjustment, family, unit`."""
    from nova_assets.forecasting.demand import demand_frame

    return demand_frame(warehouse.query_arrow(read_sql("forecasting/history.sql"), [before]))


def origins_between(first: date, last: date) -> list[date]:
    """The weekly origins from `first` to `last`, both included."""
    return [first + timedelta(weeks=week) for week in range((last - first).days // 7 + 1)]


def write_rows(lake: Lake, model: str, first: date, last: date, forecasts: Rows, summed: Rows) -> dict[str, int]:
    """Replace a model's rows of the origins `first` to `last` in both tables; the version of each afterwards."""
    return {
        table.name: lake.write_range(table.name, rows, "origin", first, last, within={"model": [model]})
        for table, rows in ((FORECASTS, forecasts), (SUMMED_DEMAND, summed))
    }


def _origin_metadata(one: "OriginSummary") -> dict[str, Any]:
    return {
        "dagster/partition_row_count": one.rows,
        "items": one.items,
        "seconds": round(one.seconds, 3),
        "last_known_week": one.last_week.isoformat() if one.last_week else "none",
        "weeks_missing": one.weeks_missing,
        "says_nothing_because": one.absent or "",
    }
