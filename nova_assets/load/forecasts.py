"""Loads the lake's forecasts into `analytics.fact_forecasts`, origin by origin, after their checks."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pyarrow as pa
import pyarrow.compute as pc

from nova_assets.factories import SINGLE_RUN, check_specs, table_spec
from nova_assets.forecasting.parameters import QUANTILES
from nova_assets.load.from_lake import lake_publication
from nova_assets.registry.analytics import FACT_FORECASTS
from nova_assets.registry.lake import FORECASTS
from nova_assets.resources.lake import Lake
from nova_assets.resources.warehouse import Warehouse


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
    yield from lake_publication(context, warehouse, lake, FORECASTS, FACT_FORECASTS, rows_from_lake)


def rows_from_lake(forecasts: pa.Table) -> pa.Table:
    """The lake's rows with the quantile columns folded into the JSON column `confidence_interval`."""
    parts: list[Any] = []
    for name in QUANTILES:
        parts += [f'{"," if parts else "{"}"{name}":', pc.cast(forecasts[name], pa.string())]
    interval = pc.call_function("binary_join_element_wise", [*parts, "}", ""])
    return forecasts.drop_columns(list(QUANTILES)).append_column("confidence_interval", interval)
