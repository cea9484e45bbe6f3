"""The lake keeps its promises: a range is replaced whole, once, alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pytest
from deltalake import DeltaTable
from hypothesis import given, settings
from hypothesis import strategies as st

from nova_assets.forecasting.stored_rows import StoredRows
from nova_assets.resources.lake import Lake, LakeTableMissingError
from nova_assets.resources.lake_schema import LakeSchemaError

MONDAY = date(2025, 1, 6)


def week(number: int) -> date:
    return MONDAY + timedelta(weeks=number)


def rows(weeks: list[int], value: float, per_week: int = 2) -> pa.Table:
    origins = [week(number) for number in weeks for _ in range(per_week)]
    items = [f"{position:03d}" for position in range(per_week)] * len(weeks)
    return pa.table(
        {
            "origin": pa.array(origins, pa.date32()),
            "item_id": pa.array(items, pa.string()),
            "value": pa.array([value] * len(items), pa.float64()),
        }
    )


def model_rows(weeks: list[int], models: list[str], value: float, per_week: int = 2) -> pa.Table:
    tables = [rows(weeks, value, per_week) for _ in models]
    return pa.concat_tables(
        table.append_column("model", pa.array([model] * table.num_rows, pa.string()))
        for model, table in zip(models, tables, strict=True)
    )


def write_models(
    lake: Lake, first: int, last: int, models: list[str], value: float, per_week: int = 2
) -> list[tuple[int, str, str, float]]:
    """Replace the rows of some models in a range of weeks; returns them as `contents_by_model` does."""
    weeks = list(range(first, last + 1))
    written = model_rows(weeks, models, value, per_week)
    lake.write_range("forecasts", written, "origin", week(first), week(last), within={"model": models})
    return [(number, model, f"{item:03d}", value) for number in weeks for model in models for item in range(per_week)]


def contents_by_model(lake: Lake, models: list[str] | None = None) -> list[tuple[int, str, str, float]]:
    within = {"model": models} if models else None
    found = lake.read_range("forecasts", "origin", week(0), week(500), within=within).to_pylist()
    return sorted(((row["origin"] - MONDAY).days // 7, row["model"], row["item_id"], row["value"]) for row in found)


def contents(lake: Lake, first: int = -50, last: int = 500) -> list[tuple[date, str, float]]:
    found = lake.read_range("forecasts", "origin", week(first), week(last))
    return sorted((row["origin"], row["item_id"], row["value"]) for row in found.to_pylist())


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(root=str(tmp_path))


def test_writing_the_same_range_twice_gives_the_same_table(lake: Lake) -> None:
    lake.write_range("forecasts", rows([0, 1, 2], 1.0), "origin", week(0), week(2))
    once = contents(lake)
    lake.write_range("forecasts", rows([0, 1, 2], 1.0), "origin", week(0), week(2))
    assert contents(lake) == once
    assert len(once) == 6


def test_a_write_touches_no_row_outside_its_range(lake: Lake) -> None:
    lake.write_range("forecasts", rows([0, 1, 2, 3], 1.0), "origin", week(0), week(3))
    lake.write_range("forecasts", rows([1, 2], 2.0, per_week=1), "origin", week(1), week(2))
    assert contents(lake, 0, 0) == [(week(0), "000", 1.0), (week(0), "001", 1.0)]
    assert contents(lake, 1, 2) == [(week(1), "000", 2.0), (week(2), "000", 2.0)]
    assert contents(lake, 3, 3) == [(week(3), "000", 1.0), (week(3), "001", 1.0)]


def test_reading_several_weeks_returns_all_of_them(lake: Lake) -> None:
    lake.write_range("forecasts", rows(list(range(10)), 1.0), "origin", week(0), week(9))
    assert {origin for origin, _, _ in contents(lake, 2, 7)} == {week(number) for number in range(2, 8)}


def test_rows_in_files_are_written_and_refused_as_a_table_is(lake: Lake, tmp_path: Path) -> None:
    stored = StoredRows(tmp_path / "rows.arrow", rows([], 0.0).schema)
    with stored.writing() as write:
        for number in range(3):
            write(rows([number], float(number)))
    with pytest.raises(LakeSchemaError, match="2 rows for 'forecasts' have origin null or outside"):
        lake.write_range("forecasts", stored, "origin", week(0), week(1))
    lake.write_range("forecasts", rows([0, 1], 9.0), "origin", week(0), week(1))
    lake.write_range("forecasts", stored, "origin", week(0), week(2))
    assert contents(lake) == [(week(n), item, float(n)) for n in range(3) for item in ("000", "001")]


def test_a_write_of_no_rows_empties_its_range(lake: Lake) -> None:
    lake.write_range("forecasts", rows([0, 1], 1.0), "origin", week(0), week(1))
    lake.write_range("forecasts", rows([], 1.0), "origin", week(1), week(1))
    assert {origin for origin, _, _ in contents(lake)} == {week(0)}


def test_each_write_makes_a_newer_version(lake: Lake) -> None:
    first = lake.write_range("forecasts", rows([0], 1.0), "origin", week(0), week(0))
    second = lake.write_range("forecasts", rows([0], 2.0), "origin", week(0), week(0))
    assert second > first
    assert lake.version("forecasts") == second


def test_columns_in_another_order_land_in_their_own_column(lake: Lake) -> None:
    lake.write_range("forecasts", rows([0], 1.0), "origin", week(0), week(0))
    lake.write_range("forecasts", rows([1], 2.0).select(["value", "item_id", "origin"]), "origin", week(1), week(1))
    assert contents(lake, 1, 1) == [(week(1), "000", 2.0), (week(1), "001", 2.0)]


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        (rows([0], 2.0).drop_columns(["value"]), "value: the table has double, the rows no such column"),
        (
            rows([0], 2.0).append_column("extra", pa.array([1, 2])),
            "extra: the table has no such column, the rows int64",
        ),
        (
            rows([0], 2.0).set_column(2, "value", pa.array(["a", "b"])),
            "value: the table has double, the rows string",
        ),
    ],
)
def test_a_schema_mismatch_is_explained_and_leaves_the_table_as_it_was(
    lake: Lake, wrong: pa.Table, complaint: str
) -> None:
    version = lake.write_range("forecasts", rows([0], 1.0), "origin", week(0), week(0))
    with pytest.raises(LakeSchemaError, match=complaint):
        lake.write_range("forecasts", wrong, "origin", week(0), week(0))
    assert lake.version("forecasts") == version
    assert contents(lake) == [(week(0), "000", 1.0), (week(0), "001", 1.0)]


def test_rows_outside_the_range_are_refused(lake: Lake) -> None:
    with pytest.raises(LakeSchemaError, match="2 rows for 'forecasts' have origin null or outside"):
        lake.write_range("forecasts", rows([0, 5], 1.0), "origin", week(0), week(1))
    nothing = rows([0], 1.0).set_column(0, "origin", pa.nulls(2, pa.date32()))
    with pytest.raises(LakeSchemaError, match="null or outside"):
        lake.write_range("forecasts", nothing, "origin", week(0), week(1))


def test_a_table_partitioned_otherwise_is_refused(lake: Lake) -> None:
    dated = rows([0], 1.0).append_column("forecast_date", pa.array([week(0)] * 2, pa.date32()))
    lake.write_range("forecasts", dated, "origin", week(0), week(0))
    with pytest.raises(LakeSchemaError, match="partitioned by"):
        lake.write_range("forecasts", dated, "forecast_date", week(0), week(0))


def test_a_write_within_a_model_touches_no_row_of_another(lake: Lake) -> None:
    write_models(lake, 0, 2, ["croston", "tsb"], 1.0, per_week=1)
    write_models(lake, 1, 1, ["tsb"], 2.0, per_week=1)
    expected = [(number, model, "000", 1.0) for number in range(3) for model in ("croston", "tsb")]
    expected[3] = (1, "tsb", "000", 2.0)
    assert contents_by_model(lake) == expected


def test_a_table_written_within_models_is_partitioned_by_date_then_model(lake: Lake) -> None:
    write_models(lake, 0, 0, ["tsb"], 1.0)
    assert DeltaTable(f"{lake.root}/forecasts").metadata().partition_columns == ["origin", "model"]


def test_a_range_of_a_table_of_models_is_replaced_whole_without_naming_them(lake: Lake) -> None:
    write_models(lake, 0, 1, ["croston", "tsb"], 1.0, per_week=1)
    lake.write_range("forecasts", model_rows([1], ["mine"], 2.0, 1), "origin", week(1), week(1))
    assert contents_by_model(lake) == [(0, "croston", "000", 1.0), (0, "tsb", "000", 1.0), (1, "mine", "000", 2.0)]


def test_rows_of_a_model_that_is_not_replaced_are_refused(lake: Lake) -> None:
    with pytest.raises(LakeSchemaError, match="2 rows for 'forecasts' have model null or none of tsb"):
        lake.write_range(
            "forecasts",
            model_rows([0], ["croston", "tsb"], 1.0),
            "origin",
            week(0),
            week(0),
            within={"model": ["tsb"]},
        )
    with pytest.raises(LakeTableMissingError):
        lake.version("forecasts")


@pytest.mark.parametrize("no_value", [{"model": []}, {"model": "tsb"}])
def test_a_slice_without_a_list_of_values_is_refused(lake: Lake, no_value: dict[str, list[str]]) -> None:
    with pytest.raises(ValueError, match="list of at least one value of model"):
        lake.write_range("forecasts", model_rows([0], ["tsb"], 1.0), "origin", week(0), week(0), within=no_value)


def test_a_model_with_a_quote_in_its_name_is_replaced_alone(lake: Lake) -> None:
    write_models(lake, 0, 0, ["d'Alembert", "tsb"], 1.0, per_week=1)
    write_models(lake, 0, 0, ["d'Alembert"], 2.0, per_week=1)
    assert contents_by_model(lake) == [(0, "d'Alembert", "000", 2.0), (0, "tsb", "000", 1.0)]


def test_some_models_and_some_columns_can_be_read_alone(lake: Lake) -> None:
    write_models(lake, 0, 1, ["croston", "tsb"], 1.0, per_week=1)
    assert contents_by_model(lake, ["tsb"]) == [(0, "tsb", "000", 1.0), (1, "tsb", "000", 1.0)]
    read = lake.read_range("forecasts", "origin", week(1), week(1), {"model": ["tsb"]}, columns=["value", "item_id"])
    assert read.to_pylist() == [{"value": 1.0, "item_id": "000"}]


def test_writers_of_different_models_of_the_same_origins_both_stay(lake: Lake) -> None:
    models = ["croston", "historic_average", "sba", "tsb"]

    def write(model: str) -> None:
        for value in (1.0, 2.0):
            write_models(lake, 0, 1, [model], value, per_week=1)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, models))
    assert contents_by_model(lake) == [(number, model, "000", 2.0) for number in (0, 1) for model in models]


def test_a_missing_table_is_named(lake: Lake) -> None:
    with pytest.raises(LakeTableMissingError, match="materialize its asset first"):
        lake.version("forecasts")
    with pytest.raises(LakeTableMissingError, match="materialize its asset first"):
        lake.read_range("forecasts", "origin", week(0), week(1))


def test_writers_of_different_ranges_at_once_lose_no_rows(lake: Lake) -> None:
    def write(number: int) -> None:
        for value in (1.0, 2.0):
            lake.write_range("forecasts", rows([number], value), "origin", week(number), week(number))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    assert contents(lake) == [(week(number), item, 2.0) for number in range(4) for item in ("000", "001")]


def test_writers_of_the_same_range_at_once_leave_one_whole_result(lake: Lake) -> None:
    def write(value: int) -> None:
        lake.write_range("forecasts", rows([0, 1], float(value), per_week=5), "origin", week(0), week(1))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(8)))
    found = contents(lake)
    assert len(found) == 10
    assert len({value for _, _, value in found}) == 1


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 8), st.integers(0, 3), st.integers(0, 3), st.floats(0, 9)), min_size=1, max_size=5
    )
)
def test_any_sequence_of_range_writes_equals_a_dictionary_of_weeks(
    writes: list[tuple[int, int, int, float]],
) -> None:
    expected: dict[int, list[tuple[date, str, float]]] = {}
    with TemporaryDirectory() as folder:
        lake = Lake(root=folder)
        for first, length, per_week, value in writes:
            weeks = list(range(first, first + length + 1))
            written = rows(weeks, value, per_week)
            lake.write_range("forecasts", written, "origin", week(first), week(first + length))
            for number in weeks:
                expected[number] = [(week(number), f"{item:03d}", value) for item in range(per_week)]
        assert contents(lake) == sorted(row for kept in expected.values() for row in kept)


MODELS = st.lists(st.sampled_from(["croston", "sba", "tsb"]), min_size=1, max_size=2, unique=True)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 2), MODELS, st.integers(0, 2), st.floats(0, 9)),
        min_size=1,
        max_size=5,
    )
)
def test_any_sequence_of_writes_within_models_equals_a_dictionary_of_weeks_and_models(
    writes: list[tuple[int, int, list[str], int, float]],
) -> None:
    expected: dict[tuple[int, str], list[tuple[int, str, str, float]]] = {}
    with TemporaryDirectory() as folder:
        lake = Lake(root=folder)
        for first, length, models, per_week, value in writes:
            written = write_models(lake, first, first + length, models, value, per_week)
            for number in range(first, first + length + 1):
                for model in models:
                    expected[number, model] = [row for row in written if row[:2] == (number, model)]
        assert contents_by_model(lake) == sorted(row for kept in expected.values() for row in kept)
