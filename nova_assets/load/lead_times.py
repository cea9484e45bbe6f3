"""Loads lead times and the demand over them from the lake into PostgreSQL, origin by origin, after their checks."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pyarrow as pa
import pyarrow.compute as pc

from nova_assets.factories import SINGLE_RUN, check_specs, publication_events, table_spec
from nova_assets.partitions import WEEK, Window, key_range
from nova_assets.publication import Stream
from nova_assets.registry import Table
from nova_assets.registry.lead_times import LEAD_TIME_DEMAND_LOADED, SUPPLIER_LEAD_TIMES_LOADED
from nova_assets.resources.lake import Lake
from nova_assets.resources.warehouse import Warehouse


def loaded_asset(table: Table, shape: Callable[[pa.Table], pa.Table]) -> dg.AssetsDefinition:
    """An asset that copies the run's origins of the lake's table of the same name, one origin in memory at a time.

    Args:
        table: the entry in `analytics`.
        shape: makes of the lake's rows what COPY takes.
    """

    @dg.multi_asset(
        name=f"analytics__{table.name}",
        specs=[table_spec(table, kinds={"deltalake", "postgres"}, code=Path(__file__).read_text(encoding="utf-8"))],
        check_specs=check_specs(table),
        backfill_policy=SINGLE_RUN,
        pool="warehouse",
    )
    def load(context: dg.AssetExecutionContext, warehouse: Warehouse, lake: Lake) -> Iterator[Any]:
        first, last = key_range(context)
        origins = [first + week * WEEK for week in range((last - first) // WEEK + 1)]
        rows = Stream(lambda: (shape(lake.read_range(table.name, "origin", origin, origin)) for origin in origins))
        yield from publication_events(
            context,
            lambda: [warehouse.replace_range(table, Window(first, last), rows, context.run.run_id)],
            lake_version=lake.version(table.name),
        )

    return load


def with_array_text(rows: pa.Table) -> pa.Table:
    """The rows with the list column `quantiles` as PostgreSQL writes arrays: {1,2,3}."""
    joined = pc.call_function("binary_join", [pc.cast(rows["quantiles"], pa.list_(pa.string())), ","])
    text = pc.call_function("binary_join_element_wise", ["{", joined, "}", ""])
    return rows.set_column(rows.schema.get_field_index("quantiles"), "quantiles", text)


supplier_lead_times = loaded_asset(SUPPLIER_LEAD_TIMES_LOADED, lambda rows: rows)
lead_time_demand = loaded_asset(LEAD_TIME_DEMAND_LOADED, with_array_text)
