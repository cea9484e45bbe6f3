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
from nova_assets.forecasting.model_assets import model_key, origins_between, read_demand
from nova_assets.forecasting.parameters import ENSEMBLE, MOST_WEEKS
from nova_assets.forecasting.version import code_version
from nova_assets.partitions import HISTORY_WEEKS, key_range
from nova_assets.registry.lake import FORECAST_ACCURACY
from nova_assets.resources.lake import Lake
from nova_assets.resources.warehouse import Warehouse
from nova_assets.sqlfiles import read_sql

if TYPE_CHECKING:
    import pandas as pd

    from nova_assets.forecasting.accuracy import Came
    from nova_assets.forecasting.average import Said

ORIGINS_AT_ONCE = 8
"""Origins whose forecasts are in memory together: the lake is read in few pieces, whatever the length of the run."""

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
    from nova_assets.forecasting.accuracy import Came
    from nova_assets.forecasting.average import Said

    first, last = key_range(context)
    seconds = {}
    started = time.perf_counter()
    demand = read_demand(warehouse, last + timedelta(weeks=MOST_WEEKS))
    segments = warehouse.query_arrow(read_sql("forecasting/segments.sql"), [first, last]).to_pandas()
    seconds["read"] = time.perf_counter() - started

    started = time.perf_counter()
    rows, origins = [], origins_between(first, last)
    for start in range(0, len(origins), ORIGINS_AT_ONCE):
        some = origins[start : start + ORIGINS_AT_ONCE]
        said = Said.read(lake, some[0], some[-1], (*CATALOGUE, ENSEMBLE))
        for origin in some:
            came = Came.after(origin, demand)
            rows.append(_rows_of_origin(came, said, segments[segments["origin"] == origin]))
            metadata = {"dagster/partition_row_count": rows[-1].num_rows, "windows_ended": list(came.windows)}
            context.add_asset_metadata(
                metadata, asset_key=asset_key(FORECAST_ACCURACY.relation), partition_key=origin.isoformat()
            )
    seconds["score"] = time.perf_counter() - started

    started = time.perf_counter()
    scored = pa.concat_tables(rows)
    version = lake.write_range(FORECAST_ACCURACY.name, scored, "origin", first, last)
    seconds["write"] = time.perf_counter() - started
    context.add_asset_metadata(
        {"dagster/column_lineage": column_lineage(FORECAST_ACCURACY), **_images(scored, demand, lake, last)},
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


def _rows_of_origin(came: "Came", said: "Said", segments: "pd.DataFrame") -> pa.Table:
    import numpy as np

    from nova_assets.forecasting.accuracy import ACCURACY_SCHEMA, Forecast, Segments, accuracy_rows, zero

    origin, items = came.history.origin, came.history.items
    names = sorted(said.models_of(origin), key=lambda name: name != BENCHMARK)
    if not names or not came.windows:
        return ACCURACY_SCHEMA.empty_table()
    forecasts = (Forecast(name, said.version(origin, name), said.figures(origin, name, items)) for name in names)
    of_items = segments.set_index("item_id").reindex(items)
    kinds = {kind: of_items[kind].to_numpy(dtype=object) for kind in ("demand_class", "family")}
    kinds["all"] = np.repeat("all", len(items)).astype(object)
    return accuracy_rows(came, chain(forecasts, [zero(came)]), Segments.of(kinds))


def _images(scored: pa.Table, demand: "pd.DataFrame", lake: Lake, last: date) -> Mapping[str, Any]:
    """Plots of the run's latest origins, where there is something to show."""
    from nova_assets.forecasting.pictures import pictures

    return {name: dg.MetadataValue.md(page) for name, page in pictures(scored, demand, lake, last).items()}
