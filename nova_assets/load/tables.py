"""Copies tables of the lake into PostgreSQL as they are, after their checks: accuracy, and why a model is served."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pyarrow as pa
import pyarrow.compute as pc

from nova_assets.factories import SINGLE_RUN, check_specs, publication_events, table_spec
from nova_assets.partitions import Window, key_range
from nova_assets.registry import Table
from nova_assets.registry.analytics import ENSEMBLE_STANDINGS, FORECAST_ACCURACY
from nova_assets.resources.lake import Lake
from nova_assets.resources.warehouse import Warehouse


def loaded(table: Table) -> dg.AssetsDefinition:
    """The asset that copies the lake's table of the same name."""

    @dg.multi_asset(
        name=f"{table.schema}__{table.name}",
        specs=[table_spec(table, kinds={"deltalake", "postgres"}, code=Path(__file__).read_text(encoding="utf-8"))],
        check_specs=check_specs(table),
        backfill_policy=SINGLE_RUN,
        pool="warehouse",
    )
    def copy(context: dg.AssetExecutionContext, warehouse: Warehouse, lake: Lake) -> Iterator[Any]:
        first, last = key_range(context)
        rows = lists_as_text(lake.read_range(table.name, "origin", first, last, columns=table.column_names))
        yield from publication_events(
            context,
            lambda: [warehouse.replace_range(table, Window(first, last), rows, context.run.run_id)],
            lake_version=lake.version(table.name),
        )

    return copy


def lists_as_text(rows: pa.Table) -> pa.Table:
    """Columns of lists as PostgreSQL reads an array, `{1,2}`: COPY takes text."""
    for position, field in enumerate(rows.schema):
        if pa.types.is_list(field.type):
            texts = pc.call_function("binary_join", [pc.cast(rows[field.name], pa.list_(pa.string())), ","])
            arrays = pc.call_function("binary_join_element_wise", ["{", texts, "}", ""])
            rows = rows.set_column(position, field.name, arrays)
    return rows


tables = [loaded(table) for table in (FORECAST_ACCURACY, ENSEMBLE_STANDINGS)]
