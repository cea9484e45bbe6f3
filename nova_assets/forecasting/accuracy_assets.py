"""The asset `lake/forecast_accuracy`: what was said from each origin against what has come since."""

import time
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import chain
from typing import TYPE_CHECKING, Any

import dagster as dg
import pyarrow as pa

from nova_assets.factories import SINGLE_RUN, asset_key, column_lineage, table_spec
from nova_assets.forecasting.catalogue import BENCHMARK, CATALOGUE
from nova_assets.forecasting.model_assets import model_key, origins_between
from nova_assets.forecasting.parameters import ENSEMBLE, MOST_WEEKS
from nova_assets.forecasting.version import code_version
from nova_assets.partitions import HISTORY_WEEKS, key_range
from nova_assets.registry.lake import FORECAST_ACCURACY
from nova_assets.resources.lake import Lake
from nova_assets.resources.warehouse import Warehouse
from nova_assets.sqlfiles import read_sql

if TYPE_CHECKING:
    import pandas as pd

    from nova_assets.forecasting.accuracy import Tally
    from nova_assets.forecasting.demand import StoredDemand
    from nova_assets.forecasting.said import Said

DEMAND = asset_key("analytics.features_demand_weekly")
PAST_AND_OUTCOME = dg.TimeWindowPartitionMapping(
    start_offset=-HISTORY_WEEKS, end_offset=MOST_WEEKS - 1, allow_nonexistent_upstream_partitions=True
)
"""A score needs the weeks before the origin, by which losses are scaled, and those that were forecast."""


def _spec() -> dg.AssetSpec:
    spec = table_spec(FORECAST_ACCURACY, kinds={"python", "deltalake"}, code=code_version())
    said = [dg.AssetDep(model_key(name)) for name in CATALOGUE]
    deps = [dep for dep in spec.deps if dep.asset_key != DEMAND]
    return spec.replace_attributes(deps=[*deps, dg.AssetDep(DEMAND, partition_mapping=PAST_AND_OUTCOME), *said])


@dg.multi_asset(name="lake__forecast_accuracy", specs=[_spec()], backfill_policy=SINGLE_RUN)
def forecast_accuracy(
    context: dg.AssetExecutionContext, warehouse: Warehouse, lake: Lake
) -> Iterator[dg.MaterializeResult]:
    """Score every model, the ensemble and a forecast of nothing by the windows that have ended since each origin.

    An origin that is scored again has the windows that have ended by now: none is ever scored before its last week.
    """
    from nova_assets.forecasting.demand import stored_demand
    from nova_assets.forecasting.said import Said
    from nova_assets.forecasting.serving import SERIES_AT_ONCE

    first, last = key_range(context)
    seconds, rows = {}, []
    started = time.perf_counter()
    batches = warehouse.query_batches(read_sql("forecasting/history.sql"), [last + timedelta(weeks=MOST_WEEKS)])
    with stored_demand(batches, SERIES_AT_ONCE, per_pool=0) as demand:
        seconds["read"] = time.perf_counter() - started

        started = time.perf_counter()
        said = Said.by((*CATALOGUE, ENSEMBLE), lake)
        for origin in origins_between(first, last):
            segments = warehouse.query_arrow(read_sql("forecasting/segments.sql"), [origin, origin]).to_pandas()
            of_origin, windows = _rows_of_origin(origin, demand, said, segments)
            rows.append(of_origin)
            context.add_asset_metadata(
                {"dagster/partition_row_count": of_origin.num_rows, "windows_ended": list(windows)},
                asset_key=asset_key(FORECAST_ACCURACY.relation),
                partition_key=origin.isoformat(),
            )
        images = _images(pa.concat_tables(rows), demand, said, last)
    seconds["score"] = time.perf_counter() - started

    started = time.perf_counter()
    scored = pa.concat_tables(rows)
    version = lake.write_range(FORECAST_ACCURACY.name, scored, "origin", first, last)
    seconds["write"] = time.perf_counter() - started
    context.add_asset_metadata(
        {"dagster/column_lineage": column_lineage(FORECAST_ACCURACY), **images},
        asset_key=asset_key(FORECAST_ACCURACY.relation),
        partition_key=last.isoformat(),
    )
    yield dg.MaterializeResult(
        asset_key=asset_key(FORECAST_ACCURACY.relation),
        metadata={
            "dagster/row_count": scored.num_rows,
            "lake_version": version,
            "seconds": {name: round(value, 3) for name, value in seconds.items()},
        },
    )


def _rows_of_origin(
    origin: date, demand: "StoredDemand", said: "Said", segments_of_items: "pd.DataFrame"
) -> tuple[pa.Table, tuple[int, ...]]:
    """The scores of an origin, and the numbers of weeks that have ended since."""
    from nova_assets.forecasting.accuracy import Came, Forecast, Segments, accuracy_rows, tallies, zero

    names = sorted(said.models_of(origin), key=lambda name: name != BENCHMARK)
    of_items = segments_of_items.set_index("item_id")
    segments = Segments.of({kind: of_items[kind] for kind in ("demand_class", "family")})
    tallied: dict[str, Tally] = {}
    windows: tuple[int, ...] = ()
    for known in demand.frames():
        came = Came.after(origin, known)
        windows = came.windows
        if not names or not windows:
            break
        statements = said.statements(origin, names, came.history.items)
        forecasts = (Forecast(name, one.version, one.figures) for name, one in statements.items())
        for name, of_part in tallies(came, chain(forecasts, [zero(came)]), segments).items():
            tallied[name] = tallied[name] + of_part if name in tallied else of_part
    return accuracy_rows(origin, windows, tallied, segments), windows


def _images(scored: pa.Table, demand: "StoredDemand", said: "Said", last: date) -> Mapping[str, Any]:
    """Plots of the run's latest origins, where there is something to show."""
    from nova_assets.forecasting.pictures import pictures

    return {name: dg.MetadataValue.md(page) for name, page in pictures(scored, demand, said, last).items()}
