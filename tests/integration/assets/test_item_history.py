"""The history of items: what the register said on each day, kept through every way of reading it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nova_assets.partitions import FIRST_DAY, TIMEZONE, Window
from nova_assets.publication import PublicationError, Published, Query, Stream
from nova_assets.registry import Table, core, erp
from nova_assets.resources.warehouse import Warehouse
from nova_assets.sqlfiles import table_sql
from tests.conftest import Database

START = FIRST_DAY + timedelta(days=100)


def noon(day: int) -> datetime:
    return datetime.combine(START + timedelta(days=day), time(12), ZoneInfo(TIMEZONE))


@dataclass(frozen=True)
class Entry:
    """An item in the register: its price, and the day of its stamp, None where the ERP keeps none."""

    cost: int
    stamp: int | None = None


Register = Mapping[str, Entry]
Spell = tuple[str, date, date | None, int]


class Company:
    """A warehouse that reads a register on days of the test's choosing."""

    def __init__(self, warehouse: Warehouse, database: Database) -> None:
        self.warehouse = warehouse
        self.administrator = psycopg.connect(database.admin_url, autocommit=True)

    def forget(self) -> None:
        self.administrator.execute("TRUNCATE staging.erp_items, core.dim_item, core.dim_item_history")

    def extract(self, day: int, register: Register) -> None:
        rows = [
            {
                **dict.fromkeys(erp.ITEMS.column_names),
                "record_id": number,
                "item_id": item,
                "item_name": item,
                "unit": "UN",
                "is_service": False,
                "unit_cost_brl": Decimal(entry.cost),
                "lead_time_days": Decimal(10),
                "blocked": False,
                "changed_at": None if entry.stamp is None else noon(entry.stamp),
            }
            for number, (item, entry) in enumerate(sorted(register.items()))
        ]
        if self.publish(erp.ITEMS, rows).changed:
            self.administrator.execute(
                "UPDATE support.dataset_versions SET changed_at = %s WHERE dataset = 'staging.erp_items'", [noon(day)]
            )

    def publish(self, table: Table, rows: Sequence[Mapping[str, Any]], window: Window | None = None) -> Published:
        columns = {name: pa.array([row[name] for row in rows]) for name in (rows[0] if rows else ())}
        return self.warehouse.replace_range(table, window, pa.table(columns) if rows else Stream(list))

    def make(self, table: Table = core.DIM_ITEM_HISTORY, window: Window | None = None) -> Published:
        return self.warehouse.replace_range(table, window, Query(table_sql(table), {"first_day": FIRST_DAY}))

    def read(self, day: int, register: Register) -> Published:
        """The extract and the dimensions, as a nightly run makes them."""
        self.extract(day, register)
        self.make(core.DIM_ITEM)
        return self.make()

    def history(self) -> list[Spell]:
        query = "SELECT item_id, valid_from, valid_to, unit_cost_brl::integer FROM core.dim_item_history ORDER BY 1, 2"
        return self.administrator.execute(query).fetchall()

    def rows(self) -> list[tuple[Any, ...]]:
        return self.administrator.execute("SELECT * FROM core.dim_item_history ORDER BY 1, 2").fetchall()


@pytest.fixture
def company(warehouse: Warehouse, database: Database):
    company = Company(warehouse, database)
    yield company
    company.administrator.close()


def on(day: int) -> date:
    return START + timedelta(days=day)


def test_the_first_reading_holds_for_every_day_before_it(company: Company):
    company.read(0, {"A": Entry(5)})
    assert company.history() == [("A", FIRST_DAY, None, 5)]


def test_a_change_ends_the_row_on_the_day_on_which_it_was_read(company: Company):
    company.read(0, {"A": Entry(5), "B": Entry(1)})
    company.read(7, {"A": Entry(6), "B": Entry(1)})
    assert company.history() == [("A", FIRST_DAY, on(7), 5), ("A", on(7), None, 6), ("B", FIRST_DAY, None, 1)]


def test_a_correction_on_the_same_day_replaces_the_open_row(company: Company):
    company.read(0, {"A": Entry(5)})
    company.read(7, {"A": Entry(60)})
    company.read(7, {"A": Entry(6)})
    assert company.history() == [("A", FIRST_DAY, on(7), 5), ("A", on(7), None, 6)]


def test_a_change_that_is_taken_back_on_the_same_day_was_none(company: Company):
    company.read(0, {"A": Entry(5)})
    before = company.rows()
    company.read(7, {"A": Entry(60)})
    company.read(7, {"A": Entry(5)})
    assert company.rows() == before


def test_an_item_that_leaves_the_register_ends_and_one_that_comes_back_begins_anew(company: Company):
    company.read(0, {"A": Entry(5), "B": Entry(1)})
    company.read(3, {"B": Entry(1)})
    company.read(5, {"A": Entry(5), "B": Entry(1)})
    company.read(8, {"B": Entry(1)})
    company.read(8, {"A": Entry(5), "B": Entry(1)})
    assert company.history() == [
        ("A", FIRST_DAY, on(3), 5),
        ("A", on(5), None, 5),
        ("B", FIRST_DAY, None, 1),
    ]


def test_an_item_that_comes_back_with_an_older_stamp_was_not_back_before_it_left(company: Company):
    company.read(0, {"A": Entry(5, stamp=-40), "B": Entry(1)})
    company.read(5, {"B": Entry(1)})
    company.read(8, {"A": Entry(6, stamp=3), "B": Entry(1)})
    assert company.history()[:2] == [("A", FIRST_DAY, on(5), 5), ("A", on(5), None, 6)]


def test_an_item_that_changed_and_left_on_one_day_leaves_no_row_without_days(company: Company):
    company.read(0, {"A": Entry(5), "B": Entry(1)})
    company.read(3, {"A": Entry(6), "B": Entry(1)})
    company.read(3, {"B": Entry(1)})
    assert company.history() == [("A", FIRST_DAY, on(3), 5), ("B", FIRST_DAY, None, 1)]


def test_the_stamp_of_the_erp_dates_a_change_that_was_read_later(company: Company):
    company.read(0, {"A": Entry(5, stamp=-40), "B": Entry(1, stamp=-40)})
    company.read(9, {"A": Entry(6, stamp=4), "B": Entry(1, stamp=-40)})
    assert company.history()[:2] == [("A", FIRST_DAY, on(4), 5), ("A", on(4), None, 6)]


@pytest.mark.parametrize("stamp", [-40, -60, 30, None], ids=["stood still", "went back", "lies ahead", "vanished"])
def test_a_stamp_that_cannot_be_of_this_change_gives_way_to_the_day_of_reading(company: Company, stamp: int | None):
    company.read(0, {"A": Entry(5, stamp=-40)})
    company.read(9, {"A": Entry(6, stamp=stamp)})
    assert company.history() == [("A", FIRST_DAY, on(9), 5), ("A", on(9), None, 6)]


def test_a_register_that_another_source_emptied_ends_nothing(company: Company):
    company.read(0, {"A": Entry(5)})
    before = company.rows()
    published = company.read(3, {})
    assert (published.changed, company.rows()) == (False, before)
    assert company.read(6, {"A": Entry(5)}).changed is False


def test_a_history_made_late_still_dates_by_the_day_on_which_the_register_was_read(company: Company):
    company.read(0, {"A": Entry(5), "B": Entry(1)})
    company.extract(4, {"B": Entry(2)})
    company.extract(6, {"B": Entry(2)})
    company.make(core.DIM_ITEM)
    company.make()
    assert company.history() == [("A", FIRST_DAY, on(4), 5), ("B", FIRST_DAY, on(4), 1), ("B", on(4), None, 2)]


def test_a_dimension_older_than_the_register_stops_the_history_and_leaves_it(company: Company):
    company.read(0, {"A": Entry(5)})
    before = company.rows()
    company.extract(4, {"A": Entry(6)})
    with pytest.raises(PublicationError, match="item_history_ends_in_the_present"):
        company.make()
    assert company.rows() == before


@pytest.mark.parametrize(
    "rows",
    [
        [(0, 5, "change"), (4, None, None)],
        [(0, 5, "change"), (6, None, None)],
        [(0, 5, "removal"), (5, None, None)],
        [(0, 5, "change")],
        [(0, 5, "change"), (5, 5, "change"), (6, None, None)],
        [(0, None, None), (5, None, None)],
        [(1, None, None)],
        [(0, 5, None), (5, None, None)],
    ],
    ids=[
        *("overlap", "gap after a change", "removal without a gap", "change into nothing"),
        *("no day", "two open", "begins late", "ended by nothing"),
    ],
)
def test_rows_that_do_not_cover_each_day_once_are_refused_and_the_old_ones_stay(company: Company, rows: list):
    company.read(0, {"A": Entry(5), "B": Entry(1)})
    before = company.rows()
    values = ", ".join(
        f"('A', date '{FIRST_DAY}' + {first}, date '{FIRST_DAY}' + {'NULL' if last is None else last}::integer,"
        f" {'NULL' if why is None else repr(why)}, {first}.5, 10, NULL::numeric, NULL::numeric, NULL::timestamptz)"
        for first, last, why in rows
    )
    bad = f"""
        SELECT * FROM (VALUES {values}) AS a ({", ".join(core.DIM_ITEM_HISTORY.column_names)})
        UNION ALL
        SELECT * FROM core.dim_item_history WHERE item_id = 'B'
    """
    with pytest.raises(PublicationError, match=r"item_history_has_one_row_per_day: [12] offending"):
        company.warehouse.replace_range(core.DIM_ITEM_HISTORY, None, Query(bad))
    assert company.rows() == before


def test_the_values_of_a_day_are_those_that_held_on_it(company: Company, reader: psycopg.Connection):
    company.read(0, {"A": Entry(5), "B": Entry(1)})
    company.read(3, {"A": Entry(6)})

    def items_on(day: int) -> dict[str, int]:
        return dict(reader.execute("SELECT item_id, unit_cost_brl::integer FROM core.items_on(%s)", [on(day)]))

    assert items_on(-50) == items_on(2) == {"A": 5, "B": 1}
    assert items_on(3) == items_on(9) == {"A": 6}


def test_stock_without_an_average_cost_is_valued_by_the_register_of_its_day(company: Company):
    company.read(0, {"A": Entry(5), "B": Entry(1)})
    company.read(3, {"A": Entry(6), "B": Entry(2)})
    site = {"record_id": 1, "site_id": "01", "site_name": "CENTRAL", "site_type": "warehouse"}
    company.publish(erp.SITES, [site])
    balance = {"site_id": "01", "on_hand": Decimal(8)}
    company.publish(
        erp.STOCK_BALANCES,
        [
            {"record_id": 1, "item_id": "A", "average_cost_brl": None, **balance},
            {"record_id": 2, "item_id": "B", "average_cost_brl": Decimal(9), **balance},
        ],
    )
    moved = {"record_id": 1, "item_id": "A", "site_id": "01", "kind": "issue", "quantity": Decimal(-1)}
    company.publish(erp.STOCK_MOVEMENTS, [{**moved, "moved_on": on(4)}], Window(on(0), on(9)))
    company.make(core.DIM_SITE)
    company.make(core.FACT_INVENTORY_DAILY, Window(on(2), on(9)))
    stock = company.administrator.execute(
        "SELECT item_id, date, on_hand::integer, unit_cost_brl::integer FROM core.fact_inventory_daily ORDER BY 1, 2"
    )
    assert stock.fetchall() == [
        *[("A", on(2), 9, 5), ("A", on(3), 9, 6), ("A", on(4), 8, 6)],
        *[("B", on(day), 8, 9) for day in (2, 3, 4)],
    ]


@dataclass
class Diary:
    """The same history told day by day: for each item what is known of each day, and the stamp it came with.

    A reading tells of its day, or of that of a new stamp, and of all days after it; the first one of all days.
    """

    days: dict[str, list[Entry | None]] = field(default_factory=dict)
    LENGTH = 60

    def read(self, day: int, register: Register) -> None:
        if not register:
            return
        for item in {*self.days, *register}:
            entry = register.get(item)
            if item not in self.days:
                self.days[item] = [entry] * self.LENGTH
            elif cost(self.days[item][-1]) != cost(entry):
                told = self.beginning(item, day, entry)
                self.days[item][told:] = [entry] * (self.LENGTH - told)

    def beginning(self, item: str, day: int, entry: Entry | None) -> int:
        """The first day that the entry is told of; what was before the last spell, or ended it, is settled."""
        first, end, known = self.spells(item)[-1]
        dated = min(entry.stamp, day) if entry and entry.stamp and entry.stamp > (known.stamp or 0) else day
        return max(dated, end or first)

    def spells(self, item: str) -> list[tuple[int, int | None, Entry]]:
        """First day, day after the last (None: goes on) and first entry of each run of days with one price."""
        days, spells = self.days[item], []
        for day, entry in enumerate(days):
            if entry is not None and (day == 0 or cost(days[day - 1]) != entry.cost):
                last = next((n for n in range(day, self.LENGTH) if cost(days[n]) != entry.cost), None)
                spells.append((day, last, entry))
        return spells

    def history(self) -> list[Spell]:
        return [
            (item, on(first) if first else FIRST_DAY, None if end is None else on(end), entry.cost)
            for item in sorted(self.days)
            for first, end, entry in self.spells(item)
        ]


def cost(entry: Entry | None) -> int | None:
    return entry.cost if entry else None


entries = st.builds(Entry, st.integers(1, 3), st.none() | st.integers(1, 12))
registers = st.dictionaries(st.sampled_from("ABC"), entries, max_size=3)
readings = st.lists(st.tuples(st.integers(0, 3), registers, st.sampled_from([0, 1, 1, 2])), min_size=3, max_size=8)


@given(readings)
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_sequence_of_registers_is_told_as_a_diary_of_days_tells_it(
    company: Company, readings: list[tuple[int, Register, int]]
):
    company.forget()
    company.extract(0, {})
    diary, day, seen, seen_on = Diary(), 1, {}, 0
    for gap, register, times in readings:
        day += gap
        if register != seen:
            seen, seen_on = register, day
        company.extract(day, register)
        # A night without dimensions, a night, or a night and its repetition.
        for repetition in range(times):
            company.make(core.DIM_ITEM)
            assert company.make().changed is False or repetition == 0
        if times:
            diary.read(seen_on, register)
        assert company.history() == diary.history()
