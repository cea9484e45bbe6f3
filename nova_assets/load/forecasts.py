"""Loads the lake's served forecasts, and the benchmarks', into `analytics.fact_forecasts`, after their checks."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pyarrow as pa
import pyarrow.compute as pc

from nova_assets.factories import SINGLE_RUN, check_specs, publication_events, table_spec
from nova_assets.forecasting.parameters import ENSEMBLE, QUANTILES
from nova_assets.partitions import Window, key_range
from nova_assets.registry.analytics import FACT_FORECASTS
from nova_assets.resources.lake import Lake
from nova_assets.resources.warehouse import Warehouse

LAKE_TABLE = "forecasts"
LOADED = (ENSEMBLE, "historic_average", "present_formula")
"""The served model, and those that planners see it compared with; all others stay in the lake."""


@dg.multi_asset(
    name="analytics__fact_forecasts",
    specs=[
        table_spec(FACT_FORECASTS, kinds={"deltalake", "postgres"}, code=Path(__file__).read_text(encoding="utf-8"))
    ],
    check_specs=check_specs(FACT_FORECASTS),
    backfill_policy=SINGLE_RUN,
    pool="warehouse",
)
def fact_forecasts(context: dg.AssetExecutionContext, warehouse: Warehouse, lake: Lake) -> Iterator[Any]:
    """Copy the run's origins from the lake; origins that the lake does not hold become empty here too."""
    first, last = key_range(context)
    rows = rows_from_lake(lake.read_range(LAKE_TABLE, "origin", first, last, within={"model": LOADED}))
    yield from publication_events(
        context,
        lambda: [warehouse.replace_range(FACT_FORECASTS, Window(first, last), rows, context.run.run_id)],
        lake_version=lake.version(LAKE_TABLE),
    )


def rows_from_lake(forecasts: pa.Table) -> pa.Table:
    """The lake's rows with the quantiles folded into the JSON column `confidence_interval`, and which are served."""
    parts: list[Any] = []
    for name in QUANTILES:
        parts += [f'{"," if parts else "{"}"{name}":', pc.cast(forecasts[name], pa.string())]
    interval = pc.call_function("binary_join_element_wise", [*parts, "}", ""])
    served = pc.call_function("equal", [forecasts["model"], pa.scalar(ENSEMBLE)])
    rows = forecasts.append_column("confidence_interval", interval).append_column("served", served)
    return rows.select(FACT_FORECASTS.column_names)
