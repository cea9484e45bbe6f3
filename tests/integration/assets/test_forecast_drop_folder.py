"""Forecasts of another team, dropped as Parquet: what becomes rows of the lake, and what is refused and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import dagster as dg
import psycopg
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from nova_assets.operations.forecast_drop_folder import (
    OWN_MODELS,
    forecast_drop_folder_sensor,
    load_dropped_forecasts,
    spans,
)
from nova_assets.operations.forecast_file import ALSO_TAKEN, ForecastFile, ForecastFileError, read_forecasts
from nova_assets.partitions import WEEK, Window
from nova_assets.registry.lake import FORECASTS
from nova_assets.resources.lake import Lake
from nova_assets.resources.warehouse import Warehouse
from nova_local.embedded import Services
from tests.conftest import Database, migrated_copy
from tests.support.forecasts import forecast_rows

ORIGIN = date(2025, 7, 7)
ROWS = forecast_rows([ORIGIN], items=("A", "B"))


@dataclass
class Drop:
    """A drop folder, a lake, a warehouse that knows two materials and a service, and Dagster's instance."""

    path: Path
    lake: Lake
    warehouse: Warehouse
    instance: dg.DagsterInstance
    cursor: str | None = None

    def put(self, rows: pa.Table, name: str = "theirs.parquet") -> Path:
        pq.write_table(rows, self.path / name)
        return self.path / name

    def requests(self) -> list[dg.RunRequest]:
        """What the sensor asks for once the files have stood still for a tick."""
        for _ in range(2):
            context = dg.build_sensor_context(instance=self.instance, cursor=self.cursor)
            result = forecast_drop_folder_sensor()(context)
            assert isinstance(result, dg.SensorResult)
            self.cursor = result.cursor
        return list(result.run_requests or [])  # pyright: ignore[reportPossiblyUnboundVariable]

    def run(self) -> dg.ExecuteInProcessResult:
        [request] = self.requests()
        return load_dropped_forecasts.execute_in_process(
            run_config=request.run_config,
            tags=request.tags,
            instance=self.instance,
            resources={"lake": self.lake, "warehouse": self.warehouse},
            raise_on_error=False,
        )

    def files(self, subfolder: str = ".") -> set[str]:
        return {path.name for path in (self.path / subfolder).iterdir() if path.is_file()}

    def in_lake(self) -> pa.Table:
        return self.lake.read_range("forecasts", "origin", date(2019, 1, 7), date(2099, 1, 5))


@pytest.fixture(scope="module")
def known(services: Services) -> Iterator[Database]:
    """A warehouse that tests only load forecasts into."""
    with migrated_copy(services) as database:
        with psycopg.connect(database.admin_url) as connection:
            for item, is_service in (("A", False), ("B", False), ("S", True)):
                connection.execute(
                    "INSERT INTO core.dim_item"
                    " (item_id, item_name, family, category, unit, is_service, active, attributes)"
                    " VALUES (%s, 'I', 'F', 'C', 'UN', %s, true, '{}')",
                    [item, is_service],
                )
        yield database


@pytest.fixture
def drop(known: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Drop]:
    path, home = tmp_path / "drop", tmp_path / "dagster"
    path.mkdir()
    home.mkdir()
    (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n", encoding="utf-8")
    for name, value in {
        "NOVA_FORECAST_DROP_FOLDER": str(path),
        "NOVA_LAKE": str(tmp_path / "lake"),
        "DATABASE_URL": known.pipeline_url,
        "DAGSTER_HOME": str(home),
    }.items():
        monkeypatch.setenv(name, value)
    with dg.DagsterInstance.get() as instance:
        yield Drop(path, Lake(root=str(tmp_path / "lake")), Warehouse(url=known.pipeline_url), instance)


def read(database: Database, rows: pa.Table) -> ForecastFile:
    """The rows as they come out of a file."""
    content = BytesIO()
    pq.write_table(rows, content)
    with psycopg.connect(database.pipeline_url, autocommit=True) as connection:
        return read_forecasts(pa.BufferReader(content.getvalue()), FORECASTS, OWN_MODELS, connection)


def refusal(database: Database, rows: pa.Table) -> str:
    with pytest.raises(ForecastFileError) as refused:
        read(database, rows)
    return str(refused.value)


def replaced(column: str, value: Any, row: int = 0) -> pa.Table:
    """The good rows with another value in one of them."""
    rows = ROWS.to_pylist()
    rows[row][column] = value
    return pa.Table.from_pylist(rows, schema=ROWS.schema)


def retyped(column: str, values: pa.Array | pa.ChunkedArray) -> pa.Table:
    return ROWS.set_column(ROWS.column_names.index(column), column, values)


def test_a_file_becomes_the_models_rows_of_its_origins_and_is_loaded_like_ours(drop: Drop):
    origins, between = [ORIGIN, ORIGIN + 2 * WEEK], ORIGIN + WEEK
    for model in ("ensemble", "theirs"):
        said = forecast_rows([ORIGIN, between, origins[1]], ["A", "B"], model, expected=1.0)
        drop.lake.write_range("forecasts", said, "origin", ORIGIN, origins[1], within={"model": [model]})
    drop.put(forecast_rows(origins, ["A", "B"], "theirs", expected=8.0))
    result = drop.run()
    assert result.success, result.all_events[-1]
    ours = {("ensemble", origin, 1.0) for origin in (*origins, between)}
    expected = ours | {("theirs", origin, 8.0) for origin in origins} | {("theirs", between, 1.0)}
    assert {(row["model"], row["origin"], row["forecast_value"]) for row in drop.in_lake().to_pylist()} == expected
    with drop.warehouse.connect() as connection:
        query = "SELECT DISTINCT model, origin, forecast_value FROM analytics.fact_forecasts"
        assert set(connection.execute(query).fetchall()) == expected
    assert drop.files("loaded") == {"theirs.parquet"}

    version = drop.lake.version("forecasts")
    drop.put(forecast_rows(origins, ["A", "B"], "theirs", expected=8.0))
    assert drop.requests() == []
    assert drop.lake.version("forecasts") == version
    assert drop.files("loaded") == {"theirs.parquet", "theirs (2).parquet"}


REFUSED: dict[str, tuple[pa.Table, str]] = {
    "a column is missing": (ROWS.drop_columns(["q95"]), "q95 is missing"),
    "a column is there twice": (ROWS.append_column("q95", ROWS["q95"]), "q95 is there more than once"),
    "a column is too much": (
        ROWS.append_column("__index_level_0__", pa.array(range(ROWS.num_rows))),
        "__index_level_0__ is no column of it",
    ),
    "a type is another": (
        retyped("origin", pc.cast(ROWS["origin"], pa.timestamp("us"))),
        "origin is timestamp[us], must be date32[day]",
    ),
    "there is no row": (ROWS.slice(0, 0), "It has no row"),
    "there are two models": (replaced("model", "other"), "It must hold one model, and holds other, theirs"),
    "the model has no name": (retyped("model", pa.nulls(ROWS.num_rows, pa.string())), "holds None"),
    "the model is one of ours": (
        retyped("model", pa.array(["ensemble"] * ROWS.num_rows)),
        "'ensemble' is one of Nova's own",
    ),
    "the name is no name": (retyped("model", pa.array(["Their Model"] * ROWS.num_rows)), "must be small letters"),
    "a value is missing": (replaced("q50", None), "no_nulls: 1 offending rows"),
    "a number is no number": (replaced("forecast_value", float("nan")), "within_bounds: 1 offending rows"),
    "a demand is negative": (replaced("q05", -1.0), "numbers_are_not_negative: 1 offending rows"),
    "quantiles cross": (replaced("q10", 90.0), "quantiles_do_not_cross: 1 offending rows"),
    "a row is there twice": (pa.concat_tables([ROWS, ROWS.slice(0, 1)]), "key_is_unique: 1 offending rows"),
    "the item is unknown": (replaced("item_id", "X"), "items_exist: 1 offending rows"),
    "the item is a service": (replaced("item_id", "S"), "items_exist: 1 offending rows"),
    "the site is not all": (replaced("site_id", "NORTH"), "sites_are_pooled: 1 offending rows"),
    "the origin is no monday": (forecast_rows([ORIGIN + timedelta(days=1)]), "origins_are_mondays: 13 offending rows"),
    "the origin is to come": (forecast_rows([date(2099, 1, 5)]), "inside_window: 13 offending rows"),
    "a week is missing": (ROWS.slice(1), "horizon_is_whole: 1 offending rows"),
    "a week begins otherwise": (
        replaced("forecast_date", ORIGIN + timedelta(days=8), row=1),
        "horizon_is_whole: 1 offending rows",
    ),
}


@pytest.mark.parametrize("why", REFUSED)
def test_a_file_is_refused_with_the_reason_when(known: Database, why: str):
    rows, reason = REFUSED[why]
    assert reason in refusal(known, rows)


def test_all_that_is_wrong_is_said_at_once(known: Database):
    reason = refusal(known, pa.concat_tables([replaced("q05", -1.0), replaced("item_id", "X").slice(0, 1)]))
    assert all(name in reason for name in ("numbers_are_not_negative", "items_exist", "horizon_is_whole"))


@pytest.mark.parametrize("choice", range(max(map(len, ALSO_TAKEN.values()))))
def test_other_writers_types_that_say_the_same_are_taken(known: Database, choice: int):
    rows = ROWS
    for column in FORECASTS.columns:
        if others := ALSO_TAKEN.get(column.type):
            written = rows[column.name].cast(others[choice % len(others)])
            rows = rows.set_column(rows.column_names.index(column.name), column.name, written)
    assert rows.schema != ROWS.schema
    assert read(known, rows).rows.equals(ROWS)


def test_a_refused_file_is_put_aside_with_the_reason_and_nothing_of_it_is_written(drop: Drop):
    (drop.path / "bad.parquet").write_text("item_id,origin", encoding="utf-8")
    assert not drop.run().success
    assert drop.files("rejected") == {"bad.parquet", "bad.parquet.reason.txt"}
    reason = (drop.path / "rejected" / "bad.parquet.reason.txt").read_text(encoding="utf-8")
    assert "cannot be read as Parquet" in reason
    assert not drop.lake.has("forecasts")


def test_unfinished_files_and_files_of_another_kind_are_left_alone(drop: Drop):
    for name in (".theirs.parquet", "theirs.parquet.part", "theirs.csv"):
        drop.put(ROWS, name)
    assert drop.requests() == []


def test_a_load_that_breaks_off_leaves_the_file_and_its_run_can_be_run_again(drop: Drop):
    drop.warehouse = Warehouse(url="postgresql://nobody@127.0.0.1:1/nowhere")
    drop.put(ROWS)
    assert not drop.run().success
    assert drop.files() == {"theirs.parquet"}
    assert drop.requests() == []


def test_without_a_folder_the_sensor_says_so_and_is_stopped(drop: Drop, monkeypatch: pytest.MonkeyPatch):
    assert forecast_drop_folder_sensor().default_status is dg.DefaultSensorStatus.RUNNING
    drop.path.rmdir()
    assert "There is no folder" in skipped(drop)
    monkeypatch.delenv("NOVA_FORECAST_DROP_FOLDER")
    assert forecast_drop_folder_sensor().default_status is dg.DefaultSensorStatus.STOPPED
    assert "NOVA_FORECAST_DROP_FOLDER is not set" in skipped(drop)


def skipped(drop: Drop) -> str:
    result = forecast_drop_folder_sensor()(dg.build_sensor_context(instance=drop.instance))
    assert isinstance(result, dg.SkipReason)
    return result.skip_message or ""


def test_origins_with_a_gap_are_ranges_of_their_own():
    weeks = [ORIGIN, ORIGIN + WEEK, ORIGIN + 3 * WEEK]
    assert list(spans(weeks)) == [Window(weeks[0], weeks[1]), Window(weeks[2], weeks[2])]
