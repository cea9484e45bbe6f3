"""The asset: a range of origins in one run, the same table when run again, and light definitions."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from nova_assets.forecasting.forecasts import forecasts
from nova_assets.forecasting.resources import ForecastEngine
from nova_assets.resources.lake import Lake
from nova_assets.resources.warehouse import Warehouse

ROOT = Path(__file__).resolve().parents[3]
FIRST, LAST = date(2025, 7, 7), date(2025, 7, 28)
ORIGINS = [FIRST + timedelta(weeks=week) for week in range(4)]


class FolderWarehouse(Warehouse):
    """The two tables that forecasting reads, as Parquet files; the SQL itself is tested against PostgreSQL."""

    folder: str

    def query_arrow(self, query: str, parameters: Sequence[Any] = ()) -> pa.Table:
        if "features_demand_weekly" in query:
            weekly = pq.read_table(Path(self.folder) / "weekly.parquet")
            return weekly.filter(pc.field("week") < parameters[0])
        profiles = pq.read_table(Path(self.folder) / "profiles.parquet")
        first, last = parameters
        return profiles.filter((pc.field("origin") >= first) & (pc.field("origin") <= last))

    def data_version(self, relation: str) -> int | None:
        return 7


@pytest.fixture
def resources(
    tmp_path: Path, portfolio: pd.DataFrame, profiles_of: Callable[[pd.DataFrame, date], pd.DataFrame]
) -> dict[str, Any]:
    weekly = portfolio.rename(columns={"unique_id": "item_id", "ds": "week", "y": "demand"})
    weekly["week"] = weekly["week"].dt.date
    weekly.to_parquet(tmp_path / "weekly.parquet")
    pd.concat([profiles_of(portfolio, origin) for origin in ORIGINS]).to_parquet(tmp_path / "profiles.parquet")
    return {
        "warehouse": FolderWarehouse(url="", folder=str(tmp_path)),
        "lake": Lake(root=str(tmp_path / "lake")),
        "forecast_engine": ForecastEngine(),
    }


def run(resources: dict[str, Any], first: date, last: date) -> dg.ExecuteInProcessResult:
    tags = {"dagster/asset_partition_range_start": str(first), "dagster/asset_partition_range_end": str(last)}
    return dg.materialize([forecasts], resources=resources, tags=tags)


def written(resources: dict[str, Any]) -> pd.DataFrame:
    table = resources["lake"].read_range("forecasts", "origin", FIRST, LAST)
    columns = [name for name in table.column_names if name != "generated_at"]
    return (
        table.select(columns)
        .to_pandas()
        .sort_values(["origin", "item_id", "model", "forecast_date"], ignore_index=True)
    )


def test_a_range_of_origins_is_one_run_with_a_row_count_for_each(resources: dict[str, Any]) -> None:
    events = run(resources, FIRST, LAST).get_asset_materialization_events()
    counts = {event.partition: event.materialization.metadata["dagster/partition_row_count"].value for event in events}
    frame = written(resources)
    assert counts == {str(origin): int((frame["origin"] == origin).sum()) for origin in ORIGINS}
    assert all(counts.values())


def test_a_range_in_one_run_equals_its_origins_one_by_one_and_again(resources: dict[str, Any]) -> None:
    run(resources, FIRST, LAST)
    at_once = written(resources)
    for origin in ORIGINS:
        run(resources, origin, origin)
    pd.testing.assert_frame_equal(written(resources), at_once)


def test_a_run_says_which_data_models_and_seconds_it_took(resources: dict[str, Any]) -> None:
    event = run(resources, FIRST, FIRST).get_asset_materialization_events()[0]
    metadata: dict[str, Any] = {name: entry.value for name, entry in event.materialization.metadata.items()}
    assert metadata["data_versions"]["analytics.features_demand_weekly"] == 7
    assert set(metadata["seconds"]) == {"read", "forecast", "write"}
    assert set(metadata["seconds_per_model"]) == {"historic_average", "tsb", "imapa", "pooled_occurrence"}
    assert sum(metadata["items_per_class"].values()) == sum(metadata["items_per_served_model"].values())
    assert "| too_short | pooled_occurrence |" in metadata["examples"]


def test_the_asset_names_its_upstream_tables_by_key(resources: dict[str, Any]) -> None:
    assert {key.to_user_string() for key in forecasts.asset_deps[forecasts.key]} == {
        "analytics/features_demand_weekly",
        "analytics/features_demand_profile",
        "core/dim_item",
    }


def test_definitions_load_with_an_empty_environment_and_no_library_that_computes() -> None:
    code = (
        "import sys, nova_assets.forecasting.definitions as location; location.defs.get_repository_def();"
        "print(sorted({'pandas', 'scipy', 'statsforecast'} & set(sys.modules)))"
    )
    found = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], cwd=ROOT, env={"PATH": os.defpath}, capture_output=True, text=True
    )
    assert (found.stdout.strip(), found.returncode) == ("[]", 0), found.stderr
