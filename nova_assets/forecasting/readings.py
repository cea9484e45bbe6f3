"""How what is made of the served forecasts is written into the lake."""

from collections.abc import Mapping
from datetime import date

import dagster as dg
import pyarrow as pa

from nova_assets.factories import column_lineage
from nova_assets.registry import Table
from nova_assets.resources.lake import Lake
from nova_assets.resources.lake_schema import arrow_schema


def written(
    context: dg.AssetExecutionContext, lake: Lake, table: Table, made: Mapping[date, pa.Table], first: date, last: date
) -> dg.MaterializeResult:
    """Replace the rows of the origins `first` to `last`; of one that is not in `made`, none are left."""
    for origin, rows in made.items():
        context.add_asset_metadata({"dagster/partition_row_count": rows.num_rows}, partition_key=origin.isoformat())
    rows = pa.concat_tables([arrow_schema(table).empty_table(), *made.values()])
    version = lake.write_range(table.name, rows, "origin", first, last)
    context.add_asset_metadata(
        {"dagster/column_lineage": column_lineage(table)}, partition_key=context.partition_key_range.end
    )
    return dg.MaterializeResult(metadata={"dagster/row_count": rows.num_rows, "lake_version": version})
