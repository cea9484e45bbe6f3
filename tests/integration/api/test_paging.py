"""Pages of the catalogue, put together, are the catalogue: for every order, with ties and unknown values."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import get_args

import psycopg
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from nova_api import paging
from nova_api.database import Database
from nova_api.items.queries import item_page
from nova_api.items.schemas import ItemFilter, ItemSort, ItemsRequest

NAMES = st.sampled_from(["", "a", "A", "ç", "ca b", "cab", "ÁÉ", "'", "\\", "😀"])
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "item_name": NAMES,
            "demand_52w": st.sampled_from(["0", "0.1", "0.1000", "12345678901234.0001", "12345678901234.0002"]),
            "request_lines_52w": st.integers(0, 3),
            "forecast_4w": st.sampled_from([None, 0.1, 0.30000000000000004, 0.3, float("nan"), float("inf"), -0.0]),
            "last_demand_on": st.sampled_from([None, date(2024, 1, 1), date(2024, 2, 29)]),
        }
    ),
    max_size=12,
)


@pytest.fixture(scope="module")
def reader(warehouse, settings_of_module):
    """Pages read one after the other, as a client would."""
    with asyncio.Runner() as runner:
        database = Database(settings_of_module)
        runner.run(database.open())

        async def pages(sort: ItemSort, limit: int) -> list[list[str]]:
            listing, after, read = ItemFilter(sort=sort), None, []
            while True:
                async with database.snapshot() as snapshot:
                    page = await item_page(snapshot, ItemsRequest(filter=listing, limit=limit, after=after))
                read.append([row.item_id for row in page.data])
                if page.next_cursor is None:
                    return read
                after = paging.decode(page.next_cursor, listing)

        yield lambda sort, limit: runner.run(pages(sort, limit))
        runner.run(database.close())


@pytest.fixture(scope="module")
def settings_of_module(warehouse):
    from nova_api.settings import Settings

    return Settings(database_url=warehouse.reader_url, acquire_timeout=5.0)


@pytest.mark.parametrize("sort", get_args(ItemSort))
def test_the_pages_together_are_the_whole_listing(sort, reader, warehouse, item):
    with psycopg.connect(warehouse.admin_url, autocommit=True) as connection:

        @hypothesis_settings(
            max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
        )
        @given(rows=ROWS, limit=st.integers(1, 5))
        def check(rows, limit):
            fill(connection, [item(f"I{number}", **row) for number, row in enumerate(rows)])
            column = sort.removeprefix("-")
            direction = "DESC" if sort.startswith("-") else "ASC"
            whole = connection.execute(
                f"SELECT item_id FROM analytics.mv_item_overview "
                f"ORDER BY {column} {direction} NULLS LAST, item_id".encode()
            ).fetchall()
            pages = reader(sort, limit)
            assert [item_id for page in pages for item_id in page] == [item_id for (item_id,) in whole]
            assert all(len(page) == limit for page in pages[:-1])

        check()


def fill(connection: psycopg.Connection, rows: list[dict]) -> None:
    with connection.transaction():
        connection.execute("DELETE FROM analytics.mv_item_overview")
        for row in rows:
            columns = ", ".join(row)
            values = ", ".join(["%s"] * len(row))
            connection.execute(
                f"INSERT INTO analytics.mv_item_overview ({columns}) VALUES ({values})".encode(), list(row.values())
            )


def test_paging_goes_on_after_the_same_place_when_rows_come_and_go(reader, warehouse, item, settings_of_module):
    warehouse.publish("analytics.mv_item_overview", [item(item_id) for item_id in "BDF"])

    async def read() -> list[str]:
        database = Database(settings_of_module)
        await database.open()
        try:
            listing = ItemFilter()
            async with database.snapshot() as snapshot:
                first = await item_page(snapshot, ItemsRequest(filter=listing, limit=2))
            warehouse.publish("analytics.mv_item_overview", [item(item_id) for item_id in "ABEF"])
            assert first.next_cursor is not None
            after = paging.decode(first.next_cursor, listing)
            async with database.snapshot() as snapshot:
                second = await item_page(snapshot, ItemsRequest(filter=listing, limit=9, after=after))
        finally:
            await database.close()
        return [row.item_id for row in (*first.data, *second.data)]

    assert asyncio.run(read()) == ["B", "D", "E", "F"]
