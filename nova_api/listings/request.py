"""What a client asks of a listing, validated beyond what types can say."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec

from nova_api import paging
from nova_api.errors import RefusedError
from nova_api.limits import MAX_IDS, check_span
from nova_api.listings.declaration import Filter, Listing, Operator

Shape = Literal["rows", "columns"]


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """Which rows, in which order; a cursor is only good for the selection that it was made with.

    Attributes:
        operation: operationId of the listing.
        filters: values of the parameters that were given.
        sort: a column, with '-' descending.
    """

    operation: str
    filters: dict[str, Any]
    sort: str


class ListingRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One page of a selection.

    Attributes:
        fields: the columns wanted, in the order wanted; none: all.
    """

    selection: Selection
    limit: int
    fields: tuple[str, ...] = ()
    shape: Shape = "rows"
    after: paging.Cursor | None = None


def selection(listing: Listing, values: Mapping[str, Any], sort: str) -> Selection:
    """The selection of the parameters' values; equal ones however they were written.

    Raises:
        RefusedError: naming the parameter that cannot be used.
    """
    given: dict[str, Any] = {}
    for known in listing.all_filters:
        value = _read(known, values[known.parameter])
        if value is not None:
            given[known.parameter] = value
    _check_spans(listing.all_filters, given)
    return Selection(operation=listing.operation, filters=given, sort=sort)


def _read(known: Filter, value: Any) -> Any:
    if value is None:
        return None
    if known.operator is Operator.ANY:
        return sorted(set(_ids(known.parameter, value)))
    if known.operator is Operator.CONTAINS:
        return value.strip() or None
    return value


def _ids(parameter: str, value: str) -> list[str]:
    ids = _separated(parameter, value)
    if len(ids) > MAX_IDS:
        raise RefusedError(parameter, f"{len(ids)} ids are too many", f"at most {MAX_IDS} ids")
    return ids


def _separated(parameter: str, value: str) -> list[str]:
    try:
        rows = list(csv.reader([value], skipinitialspace=True, strict=True))
    except csv.Error as error:
        raise RefusedError(parameter, "a double quote is not closed, or stands alone") from error
    parts = [part.strip() for row in rows for part in row if part.strip()]
    if not parts:
        raise RefusedError(parameter, "names nothing")
    return parts


def _check_spans(filters: Sequence[Filter], given: Mapping[str, Any]) -> None:
    least = {known.columns: given.get(known.parameter) for known in filters if known.operator is Operator.AT_LEAST}
    for known in filters:
        if known.operator is Operator.AT_MOST:
            check_span(least.get(known.columns), given.get(known.parameter), known.parameter)


def fields(listing: Listing, value: str | None) -> tuple[str, ...]:
    """The columns that the parameter `fields` names.

    Raises:
        RefusedError: when one of them is not a column.
    """
    if value is None:
        return ()
    named = tuple(dict.fromkeys(_separated("fields", value)))
    unknown = [name for name in named if name not in listing.columns]
    if unknown:
        raise RefusedError("fields", f"no such field: {', '.join(unknown)}", ", ".join(listing.columns))
    return named


def place(listing: Listing, cursor: str | None, selected: Selection) -> paging.Cursor | None:
    """The place that the parameter `cursor` marks.

    Raises:
        RefusedError: when it marks none in this selection.
    """
    if cursor is None:
        return None
    try:
        decoded = paging.decode(cursor, selected)
        if len(decoded.place) != len(listing.order_columns(selected.sort)):
            raise paging.BadCursorError("this is not a cursor of this listing: begin again without it")
        return decoded
    except paging.BadCursorError as error:
        raise RefusedError("cursor", str(error)) from error
