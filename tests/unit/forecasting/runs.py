"""The forecasting location on weekly demand in a folder, driven range by range."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from nova_assets.forecasting.model_assets import model_key, models
from nova_assets.forecasting.resources import ForecastEngine
from nova_assets.resources.lake import Lake
from nova_assets.resources.warehouse import Warehouse
from nova_assets.sqlfiles import read_sql

CHEAP = ("present_formula", "historic_average", "tsb", "pooled_bootstrap_95")


PROFILES = pa.schema(
    [
        ("origin", pa.date32()),
        ("item_id", pa.string()),
        ("demand_class", pa.string()),
        ("first_demand_on", pa.date32()),
        ("last_demand_on", pa.date32()),
    ]
)


class FolderWarehouse(Warehouse):
    """Weekly demand, all of it at one site, and the items' segments, as Parquet files; the SQL itself is tested against
    PostgreSQL."""

    folder: str

    def query_arrow(self, query: str, parameters: Sequence[Any] = ()) -> pa.Table:
        if query == read_sql("forecasting/site_history.sql"):
            return self.at_one_site(*parameters)
        if query == read_sql("forecasting/profiles.sql"):
            return PROFILES.empty_table()
        if query == read_sql("forecasting/segments.sql"):
            segments = pq.read_table(Path(self.folder) / "segments.parquet")
            return segments.filter((pc.field("origin") >= parameters[0]) & (pc.field("origin") <= parameters[1]))
        weekly = pq.read_table(Path(self.folder) / "weekly.parquet")
        return weekly.filter(pc.field("week") < parameters[0])

    def query_batches(self, query: str, days: Sequence[date] = ()) -> Iterator[pa.RecordBatch]:
        yield from self.query_arrow(query, days).to_batches()

    def at_one_site(self, first: date, after: date) -> pa.Table:
        weekly = pq.read_table(Path(self.folder) / "weekly.parquet").select(["item_id", "week", "demand"])
        asked = (pc.field("week") >= first) & (pc.field("week") < after) & (pc.field("demand") > 0)
        rows = weekly.filter(asked)
        return rows.add_column(1, "site_id", pa.repeat("DEPOT", rows.num_rows))

    def data_version(self, relation: str) -> int | None:
        return 7


def written_demand(folder: Path, demand: pd.DataFrame) -> None:
    weekly = demand.rename(columns={"unique_id": "item_id", "ds": "week", "y": "demand"})
    weekly["week"] = weekly["week"].dt.date
    weekly["adjustment"] = 0.0
    weekly["family"] = weekly["item_id"].str[-1].map(lambda digit: "EVEN" if int(digit) % 2 == 0 else "ODD")
    weekly["unit"] = weekly["item_id"].str[-2].map(lambda digit: "UN" if int(digit) % 2 == 0 else "M")
    weekly.to_parquet(folder / "weekly.parquet", index=False)


def resources_in(folder: Path, demand: pd.DataFrame) -> dict[str, Any]:
    """The location's resources, with this demand in the warehouse and an empty lake."""
    written_demand(folder, demand)
    return {
        "warehouse": FolderWarehouse(url="", folder=str(folder)),
        "lake": Lake(root=str(folder / "lake")),
        "forecast_engine": ForecastEngine(),
    }


def run_range(
    asset: dg.AssetsDefinition,
    resources: dict[str, Any],
    first: date,
    last: date,
    names: Sequence[str] | None = None,
    **options: Any,
) -> dg.ExecuteInProcessResult:
    tags = {"dagster/asset_partition_range_start": str(first), "dagster/asset_partition_range_end": str(last)}
    selection = [model_key(name) for name in names] if names else None
    return dg.materialize([asset], resources=resources, tags=tags, selection=selection, **options)


def say(resources: dict[str, Any], first: date, last: date) -> None:
    """Four models speak on the origins, and on those twelve weeks before that they are judged by."""
    run_range(models, resources, first - timedelta(weeks=12), last, CHEAP)


def metadata_of(result: dg.ExecuteInProcessResult, key: dg.AssetKey, partition: date) -> dict[str, Any]:
    (event,) = (
        event
        for event in result.get_asset_materialization_events()
        if (event.asset_key, event.partition) == (key, str(partition))
    )
    return {name: entry.value for name, entry in event.materialization.metadata.items()}
