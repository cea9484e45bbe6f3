"""Reads of listings."""

from __future__ import annotations

from datetime import date
from typing import Any

from nova_api import paging
from nova_api.database import Row, Snapshot
from nova_api.errors import UnknownError
from nova_api.listings.declaration import Listing
from nova_api.listings.pages import Columns, PartialRows, WholeRows
from nova_api.listings.query import (
    Query,
    continue_after,
    latest_day_sql,
    order_by,
    place_columns,
    selecting,
    wants_latest_day,
)
from nova_api.listings.request import ListingRequest, Selection


async def latest_day(snapshot: Snapshot, listing: Listing, selected: Selection) -> date | None:
    """The day that is listed because no other was asked for; None where one was, or where there is no row at all."""
    if not wants_latest_day(listing, selected):
        return None
    row = await snapshot.row(latest_day_sql(listing))
    return row["day"] if row else None


async def page(snapshot: Snapshot, listing: Listing, asked: ListingRequest) -> WholeRows | PartialRows | Columns:
    """One page of a listing and the cursor of the next."""
    sort, after = asked.selection.sort, asked.after
    # The pages of one listing are of one day, also when the pipeline makes a later one between them.
    day = after.day if after else await latest_day(snapshot, listing, asked.selection)
    query = selecting(listing, asked.selection, day)
    if after is not None:
        continue_after(query, sort, after)
    names = asked.fields or tuple(listing.columns)
    outputs = [*(f'"{name}"' for name in names), *place_columns(listing, sort)]
    limit = f"LIMIT {query.placeholder(asked.limit + 1, 'int')}"
    rows = await snapshot.rows(query.text(outputs, order_by(listing, sort), limit), *query.arguments)
    shown = rows[: asked.limit]
    next_cursor = None
    if len(rows) > asked.limit:
        place = tuple(shown[-1][len(names) :])
        next_cursor = paging.encode(paging.Cursor(paging.fingerprint(asked.selection), place, day))
    about = {"next_cursor": next_cursor, "versions": snapshot.versions}
    if asked.shape == "columns":
        return Columns(data={name: [row[i] for row in shown] for i, name in enumerate(names)}, **about)
    # A row has its place behind its fields, which zip leaves out.
    data = [dict(zip(names, row, strict=False)) for row in shown]
    return PartialRows(data=data, **about) if asked.fields else WholeRows(data=data, **about)


async def one(snapshot: Snapshot, listing: Listing, key: str) -> dict[str, Any]:
    """The row of a listing whose key is one id.

    Raises:
        UnknownError: when there is none.
    """
    (column,) = listing.key
    query = Query(listing)
    query.conditions.append(f'"{column}" = {query.placeholder(key, "text")}')
    row: Row | None = await snapshot.row(query.text([f'"{name}"' for name in listing.columns], ""), *query.arguments)
    if row is None:
        raise UnknownError(f"there is no {column.removesuffix('_id')} {key}")
    return dict(row)
