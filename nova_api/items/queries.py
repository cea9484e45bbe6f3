"""Reads of the item catalogue."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple, get_args

from nova_api import paging
from nova_api.database import Row, Snapshot
from nova_api.errors import UnknownError
from nova_api.items.schemas import ItemDetail, ItemPage, ItemSort, ItemsRequest, ItemSummary
from nova_api.sqltexts import read_sql


class Order(NamedTuple):
    """How PostgreSQL orders the catalogue."""

    column: str
    type: str
    comparison: str
    direction: str


COLUMN_TYPES = {
    "item_id": "text",
    "item_name": "text",
    "demand_52w": "numeric",
    "request_lines_52w": "int",
    "forecast_4w": "float8",
    "last_demand_on": "date",
}


def _order(sort: str) -> Order:
    column = sort.removeprefix("-")
    descending = sort.startswith("-")
    return Order(column, COLUMN_TYPES[column], "<" if descending else ">", "DESC" if descending else "ASC")


ORDERS = {sort: _order(sort) for sort in get_args(ItemSort)}


@cache
def page_sql(sort: ItemSort) -> str:
    """The query of a page in one of the permitted orders."""
    order = ORDERS[sort]
    return (
        read_sql("item_page")
        .replace("{column}", order.column)
        .replace("{type}", order.type)
        .replace("{comparison}", order.comparison)
        .replace("{direction}", order.direction)
    )


async def item_page(snapshot: Snapshot, asked: ItemsRequest) -> ItemPage:
    """One page of the catalogue and the cursor of the next."""
    wanted, after = asked.filter, asked.after
    rows = await snapshot.rows(
        page_sql(wanted.sort),
        wanted.q,
        wanted.family,
        wanted.category,
        wanted.demand_class,
        wanted.abc_class,
        wanted.is_service,
        wanted.active,
        after is not None,
        after.value if after else None,
        after.row_id if after else None,
        asked.limit + 1,
    )
    page = rows[: asked.limit]
    more = len(rows) > asked.limit
    return ItemPage(
        data=[_summary(row) for row in page],
        next_cursor=paging.encode(_end_of(page, asked)) if more else None,
        versions=snapshot.versions,
    )


def _summary(row: Row) -> ItemSummary:
    return ItemSummary(**{name: row[name] for name in ItemSummary.__struct_fields__})


def _end_of(page: list[Row], asked: ItemsRequest) -> paging.Cursor:
    last = page[-1]
    return paging.Cursor(paging.fingerprint(asked.filter), last["sort_value"], last["item_id"])


async def item_detail(snapshot: Snapshot, item_id: str) -> ItemDetail:
    """Everything known about one item.

    Raises:
        UnknownError: when there is no such item.
    """
    row = await snapshot.row(read_sql("item_detail"), item_id)
    if row is None:
        raise UnknownError(f"there is no item {item_id}")
    return ItemDetail(**row, versions=snapshot.versions)
