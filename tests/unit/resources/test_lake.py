"""The lake keeps its promises: a range is replaced whole, once, alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nova_assets.resources.lake import Lake, LakeSchemaError, LakeTableMissingError

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
        (rows([0], 2.0).drop_columns(["value"]), "value: table has double, rows have no such column"),
        (rows([0], 2.0).append_column("extra", pa.array([1, 2])), "extra: table has no such column, rows have int64"),
        (
            rows([0], 2.0).set_column(2, "value", pa.array(["a", "b"])),
            "value: table has double, rows have string",
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
