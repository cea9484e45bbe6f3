"""Rows of an ERP become typed columns or are set apart with the reason; none is lost."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nova_assets.extracts.erp.convert import convert
from nova_assets.registry.erp import ITEMS, STOCK_MOVEMENTS

MOVEMENT = {
    "record_id": "1",
    "moved_on": "20250303",
    "item_id": "000123         ",
    "site_id": "01    ",
    "served_site_id": "BA0001   ",
    "kind": "issue",
    "quantity": "-2.5",
    "cost_brl": "10",
}
ITEM = {
    "record_id": "7",
    "branch": "  ",
    "item_id": "X",
    "item_name": "CABO",
    "family": "    ",
    "unit": "mt",
    "is_service": "0",
    "criticality": "H",
    "unit_cost_brl": "1.5",
    "lead_time_days": "14",
    "min_order_qty": None,
    "order_multiple": "0",
    "blocked": "1",
    "changed_at": "2025-10-03 23:30:00",
}


def batch(*rows: Mapping[str, str | None]) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist(list(rows), pa.schema([(name, pa.string()) for name in rows[0]]))


def test_padding_falls_away_and_values_have_their_types():
    (row,) = convert(STOCK_MOVEMENTS, batch(MOVEMENT)).rows.to_pylist()
    assert row == MOVEMENT | {
        "record_id": 1,
        "moved_on": date(2025, 3, 3),
        "item_id": "000123",
        "site_id": "01",
        "served_site_id": "BA0001",
    }


def test_flags_units_and_blanks_are_read_as_what_they_mean():
    (row,) = convert(ITEMS, batch(ITEM)).rows.to_pylist()
    assert (row["unit"], row["family"], row["is_service"], row["blocked"]) == ("M", None, False, True)


@pytest.mark.parametrize(
    ("printed", "meant"),
    [
        ("2025-10-03 23:30:00", datetime(2025, 10, 3, 23, 30, tzinfo=UTC)),
        ("2025-10-03T23:30:00.5Z", datetime(2025, 10, 3, 23, 30, 0, 500_000, tzinfo=UTC)),
        ("2025-10-03 20:30:00-03", datetime(2025, 10, 3, 23, 30, tzinfo=UTC)),
        ("2025-10-03 20:30:00.000000-03:00", datetime(2025, 10, 3, 23, 30, tzinfo=UTC)),
        ("", None),
        ("yesterday", None),
    ],
)
def test_an_instant_is_read_as_any_database_prints_it_and_without_a_zone_as_utc(printed: str, meant: datetime | None):
    (row,) = convert(ITEMS, batch(ITEM | {"changed_at": printed})).rows.to_pylist()
    assert row["changed_at"] == meant


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"moved_on": "        "}, "moved_on_unusable"),
        ({"moved_on": "20250230"}, "moved_on_unusable"),
        ({"item_id": " "}, "item_id_unusable"),
        ({"quantity": "two"}, "quantity_unusable"),
    ],
)
def test_a_row_that_does_not_fit_is_set_apart_as_it_was_read(change, reason):
    converted = convert(STOCK_MOVEMENTS, batch(MOVEMENT, MOVEMENT | change | {"record_id": "2"}))
    assert [row["record_id"] for row in converted.rows.to_pylist()] == [1]
    (rejected,) = converted.rejected.to_pylist()
    assert (rejected["extract"], rejected["record_id"], rejected["reason"]) == ("stock_movements", 2, reason)
    assert json.loads(rejected["raw"])["kind"] == "issue"


def test_an_optional_value_that_cannot_be_read_is_left_out():
    (row,) = convert(STOCK_MOVEMENTS, batch(MOVEMENT | {"cost_brl": "?"})).rows.to_pylist()
    assert row["cost_brl"] is None


def test_numbers_that_come_as_numbers_are_kept_and_those_that_no_column_can_hold_are_not():
    quantities = [0.1, 1e-7, float("nan"), float("inf"), 1e15, None]
    texts = {name: pa.array([value] * len(quantities)) for name, value in MOVEMENT.items()}
    read = {"record_id": pa.array(range(len(quantities))), "quantity": pa.array(quantities, pa.float64())}
    converted = convert(STOCK_MOVEMENTS, pa.RecordBatch.from_pydict(texts | read))
    assert converted.rows["quantity"].to_pylist() == [0.1, 1e-7]
    assert converted.rejected["reason"].to_pylist() == ["quantity_unusable"] * 4
    assert converted.rejected["record_id"].to_pylist() == [2, 3, 4, 5]


def test_a_query_without_a_column_is_refused_by_name():
    without = {name: value for name, value in MOVEMENT.items() if name != "kind"}
    with pytest.raises(ValueError, match="no column kind"):
        convert(STOCK_MOVEMENTS, batch(without))


text = st.none() | st.text(max_size=10) | st.sampled_from(["20250303", "1", "-2.50", "issue"])


@given(st.lists(st.fixed_dictionaries(dict.fromkeys(MOVEMENT, text)), min_size=1, max_size=20))
def test_every_row_is_converted_or_rejected(rows):
    numbered = [row | {"record_id": str(number)} for number, row in enumerate(rows)]
    converted = convert(STOCK_MOVEMENTS, batch(*numbered))
    found = converted.rows["record_id"].to_pylist() + converted.rejected["record_id"].to_pylist()
    assert sorted(found) == list(range(len(rows)))


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(0, 40))
def test_only_days_of_the_calendar_are_days(day: date, offset: int):
    shifted = day.replace(day=1) + timedelta(days=offset)
    written = f"{day:%Y%m}{offset + 1:02}"
    rows = convert(STOCK_MOVEMENTS, batch(MOVEMENT | {"moved_on": written})).rows.to_pylist()
    assert [row["moved_on"] for row in rows] == ([shifted] if shifted.month == day.month else [])
