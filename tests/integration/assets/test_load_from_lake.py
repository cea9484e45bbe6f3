"""What is loaded of the lake: the origins of a run, from one version, of a table as the registry describes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import dagster as dg
import psycopg
import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from nova_assets.load.forecasts import fact_forecasts
from nova_assets.partitions import WEEK, monday, today
from nova_assets.resources.lake import Lake
from nova_assets.resources.warehouse import Warehouse
from tests.conftest import Database
from tests.support.forecasts import forecast_rows

ORIGIN = date(2025, 7, 7)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(root=str(tmp_path))


@pytest.fixture
def item(database: Database) -> None:
    """The one item that forecasts are for."""
    with psycopg.connect(database.admin_url) as connection:
        connection.execute(
            "INSERT INTO core.dim_item (item_id, item_name, family, category, unit, is_service, active, attributes)"
            " VALUES ('A', 'A', 'F', 'C', 'UN', false, true, '{}')"
        )


def write(lake: Lake, origins: Sequence[date], expected: float = 5.0) -> int:
    return write_model(lake, "ensemble", origins, expected)


def write_model(lake: Lake, model: str, origins: Sequence[date], expected: float, items: Sequence[str] = ("A",)) -> int:
    rows = forecast_rows(origins, items, model, expected)
    return lake.write_range("forecasts", rows, "origin", origins[0], origins[-1], within={"model": [model]})


def load(warehouse: Warehouse, lake: Lake, first: date, last: date | None = None) -> dg.ExecuteInProcessResult:
    return dg.materialize(
        [fact_forecasts],
        resources={"warehouse": warehouse, "lake": lake},
        tags={
            "dagster/asset_partition_range_start": str(first),
            "dagster/asset_partition_range_end": str(last or first),
        },
        raise_on_error=False,
    )


def failure(result: dg.ExecuteInProcessResult) -> str:
    assert not result.success
    [failed] = [event for event in result.all_events if event.is_step_failure]
    assert failed.step_failure_data.user_failure_data
    return failed.step_failure_data.user_failure_data.description or ""


def served(warehouse: Warehouse) -> dict[date, float]:
    """Origin → expected demand, the same in all of its rows."""
    with warehouse.connect() as connection:
        rows = connection.execute("SELECT DISTINCT origin, forecast_value FROM analytics.fact_forecasts").fetchall()
    assert len(rows) == len(dict(rows))
    return dict(rows)


@pytest.mark.usefixtures("item")
def test_a_load_records_the_version_of_the_lake_that_it_loaded(warehouse: Warehouse, lake: Lake):
    write(lake, [ORIGIN], 4.0)
    version = write(lake, [ORIGIN], 6.0)
    result = load(warehouse, lake, ORIGIN)
    assert served(warehouse) == {ORIGIN: 6.0}
    [event] = result.get_asset_materialization_events()
    assert event.materialization.metadata["lake_version"].value == version
    with warehouse.connect() as connection:
        logged = connection.execute("SELECT dataset, made_from FROM support.publications").fetchall()
    assert logged == [("analytics.fact_forecasts", {"lake.forecasts": version})]


@pytest.mark.usefixtures("item")
@pytest.mark.parametrize(
    ("broken", "complaint"),
    [
        (lambda rows: rows.drop_columns(["q95"]), "q95: the registry has double, the table no such column"),
        (
            lambda rows: rows.set_column(rows.column_names.index("q50"), "q50", pa.array(["a lot"] * rows.num_rows)),
            "q50: the registry has double, the table string",
        ),
        (
            lambda rows: rows.append_column("mood", pa.array(["good"] * rows.num_rows)),
            "mood: the registry has no such column, the table string",
        ),
    ],
)
def test_a_table_that_is_not_the_one_of_the_registry_is_refused_and_what_was_loaded_stays(
    warehouse: Warehouse, lake: Lake, broken, complaint: str
):
    write(lake, [ORIGIN], 4.0)
    load(warehouse, lake, ORIGIN)
    rows = broken(forecast_rows([ORIGIN], model="ensemble"))
    write_deltalake(f"{lake.root}/forecasts", rows, mode="overwrite", schema_mode="overwrite")
    said = failure(load(warehouse, lake, ORIGIN))
    assert complaint in said
    assert "'forecasts', version 2," in said
    assert served(warehouse) == {ORIGIN: 4.0}


@pytest.mark.usefixtures("item")
def test_beside_the_served_forecast_stand_the_benchmarks_and_what_others_say_of_the_same_items(
    warehouse: Warehouse, lake: Lake
):
    for model in ("ensemble", "historic_average", "tsb", "theirs"):
        write_model(lake, model, [ORIGIN], 4.0)
    # An item that has no served forecast: what others say of it would leave it without one.
    write_model(lake, "others", [ORIGIN], 4.0, items=["A", "B"])
    assert load(warehouse, lake, ORIGIN).success
    with warehouse.connect() as connection:
        models = connection.execute("SELECT DISTINCT model, item_id, served FROM analytics.fact_forecasts").fetchall()
    assert sorted(models) == [
        ("ensemble", "A", True),
        ("historic_average", "A", False),
        ("others", "A", False),
        ("theirs", "A", False),
    ]


@pytest.mark.usefixtures("item")
def test_origins_that_the_lake_no_longer_keeps_stay_as_they_were_loaded(warehouse: Warehouse, lake: Lake):
    this_week = monday(today())
    old, new = this_week - 30 * WEEK, this_week - 26 * WEEK
    write(lake, [old, new], 4.0)
    load(warehouse, lake, old, new)
    keeping = Lake(root=lake.root, origins_kept_weeks=26)
    keeping.delete_before("forecasts", "origin", new)
    write(lake, [new], 6.0)
    assert load(warehouse, keeping, old, new).success
    assert served(warehouse) == {old: 4.0, new: 6.0}
    assert f"keeps origins from {new} on" in failure(load(warehouse, keeping, old))
    assert DeltaTable(f"{lake.root}/forecasts").to_pyarrow_table()["origin"].unique().to_pylist() == [new]
