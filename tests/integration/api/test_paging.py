"""Pages of every listing, put together, are the listing: under every order and filter, with ties and unknown values."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import psycopg
import psycopg.rows
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from nova_api.database import Database
from nova_api.listings import reading
from nova_api.listings.catalogue import LISTINGS
from nova_api.listings.declaration import Filter, Listing, Operator
from nova_api.listings.request import ListingRequest, place, selection
from nova_api.recommendations.listing import RECOMMENDATIONS
from nova_api.settings import Settings
from nova_api.sqltexts import read_sql
from tests.support.invented_rows import fill, invent

Row = dict[str, Any]
Read = Callable[..., list[list[Row]]]


@pytest.fixture(scope="module")
def connection(warehouse) -> Iterator[psycopg.Connection]:
    with psycopg.connect(warehouse.admin_url, autocommit=True) as connection:
        connection.execute("SET timezone TO 'UTC'")
        yield connection


@pytest.fixture(scope="module")
def read(warehouse) -> Iterator[Read]:
    """Reads page after page, as a client would; `between` is called after the first."""
    with asyncio.Runner() as runner:
        database = Database(Settings(database_url=warehouse.reader_url, acquire_timeout=5.0))
        runner.run(database.open())

        async def pages(listing: Listing, values: Row, sort: str, limit: int, between=lambda: None) -> list[list[Row]]:
            given = {known.parameter: values.get(known.parameter) for known in listing.all_filters}
            selected, cursor, found = selection(listing, given, sort), None, []
            while True:
                after = place(listing, cursor, selected)
                async with database.snapshot() as snapshot:
                    asked = ListingRequest(selection=selected, limit=limit, after=after)
                    page = await reading.page(snapshot, listing, asked)
                found.append(page.data)
                cursor = page.next_cursor
                if cursor is None:
                    return found
                if len(found) == 1:
                    between()

        yield lambda *arguments: runner.run(pages(*arguments))
        runner.run(database.close())


def whole(connection: psycopg.Connection, listing: Listing, sort: str) -> list[Row]:
    """All rows in an order, by a query that shares nothing with the API's but its SELECT."""
    direction = "DESC" if sort.startswith("-") else "ASC"
    columns = dict.fromkeys((sort.removeprefix("-"), *listing.key))
    order = ", ".join(f'"{column}" {direction} NULLS LAST' for column in columns)
    text = f"SELECT * FROM ({read_sql(f'listings/{listing.sql}')}) AS rows ORDER BY {order}".replace("%", "%%")
    with connection.cursor(row_factory=psycopg.rows.dict_row) as cursor:
        return cursor.execute(text.encode()).fetchall()


def passes(row: Row, known: Filter, value: Any) -> bool:
    found = row[known.columns[0]]
    match known.operator:
        case Operator.ANY:
            return found in [value[1:-1].replace('""', '"')]
        case Operator.EMPTY:
            return (found is None) == value
        case Operator.CONTAINS:
            return value.lower() in " ".join(row[name] or "" for name in known.columns).lower()
        case Operator.AT_LEAST:
            return found is not None and found >= value
        case Operator.AT_MOST:
            return found is not None and found <= value
        case _:
            return found == value


def as_asked(known: Filter, value: Any) -> Any:
    if known.operator is Operator.ANY:
        return '"' + value.replace('"', '""') + '"'
    if known.operator is Operator.CONTAINS:
        return "d"
    return value is None if known.operator is Operator.EMPTY else value


@pytest.mark.parametrize("listing", LISTINGS, ids=lambda listing: listing.name)
def test_the_pages_together_are_the_whole_listing_and_stay_so_when_rows_go(listing, connection, read):
    into, rows = invent(listing, 40, seed=1)
    fill(connection, into, rows)
    everything = whole(connection, listing, listing.orders[0])
    assert everything, "nothing was invented"
    latest = max(row[listing.axis.column] for row in rows) if listing.axis else None

    @hypothesis_settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(data=st.data())
    def check(data):
        sort = data.draw(st.sampled_from(listing.orders))
        values = data.draw(filters(listing, everything))
        expected = [
            row
            for row in whole(connection, listing, sort)
            if all(passes(row, listing.of_parameter(name), value) for name, value in values.items())
            and (not latest_is_meant(listing, values) or row[listing.axis.column] == latest)
        ]
        limit = data.draw(st.integers(1, 7))
        pages = read(listing, values, sort, limit)
        assert [keys(listing, row) for page in pages for row in page] == [keys(listing, row) for row in expected]
        assert all(len(page) == limit for page in pages[:-1])

    check()
    goes_on_after_rows_went(listing, connection, read)


def filters(listing: Listing, rows: list[Row]) -> st.SearchStrategy[Row]:
    """Some of the filters, each with a value of some row, so that they find something now and then."""

    @st.composite
    def some(draw) -> Row:
        chosen = draw(st.lists(st.sampled_from(listing.all_filters or (None,)), max_size=2, unique=True))
        values = {}
        for known in filter(None, chosen):
            value = draw(st.sampled_from(rows))[known.columns[0]]
            if known.operator is Operator.ANY and not (value or "").strip():
                continue
            if value is not None or known.operator is Operator.EMPTY:
                values[known.parameter] = as_asked(known, value)
        ends = [name for name, known in ((n, listing.of_parameter(n)) for n in values) if "AT_" in known.operator.name]
        return {name: value for name, value in values.items() if name not in ends[1:]}

    return some()


def latest_is_meant(listing: Listing, values: Row) -> bool:
    axis = listing.axis
    return axis is not None and not {axis.column, axis.first, axis.last} & values.keys()


def keys(listing: Listing, row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in listing.key)


def goes_on_after_rows_went(listing: Listing, connection: psycopg.Connection, read: Read) -> None:
    """Every other row goes after the first page was read: those behind it that are left come once, in order."""
    into, rows = invent(listing, 40, seed=2)
    fill(connection, into, rows)
    axis, sort = listing.axis, listing.orders[0]
    values = {axis.first: min(row[axis.column] for row in rows)} if axis is not None else {}
    ordered = [keys(listing, row) for page in read(listing, values, sort, 1000) for row in page]
    pages = read(listing, values, sort, 3, lambda: fill(connection, into, rows[::2]))
    left = [keys(listing, row) for page in read(listing, values, sort, 1000) for row in page]
    seen = [keys(listing, row) for page in pages for row in page]
    assert len(ordered) > 3
    assert len(left) < len(ordered)
    assert seen == ordered[:3] + [row for row in left if row in ordered[3:]]


def test_pages_stay_on_the_day_that_was_the_latest_when_the_first_was_read(connection, read):
    into, rows = invent(RECOMMENDATIONS, 30, seed=3)
    day, later = date(2024, 1, 10), date(2024, 1, 11)
    today = [row | {"date": day, "item_id": f"I{number}"} for number, row in enumerate(rows)]
    fill(connection, into, today)
    pages = read(RECOMMENDATIONS, {}, "-date", 4, lambda: fill(connection, into, [*today, rows[0] | {"date": later}]))
    assert {row["date"] for page in pages for row in page} == {day}
    assert sum(map(len, pages)) == len(rows)
