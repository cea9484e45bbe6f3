"""Handlers of listings: pages of each declared one, and single rows of those whose key is one id."""

from collections.abc import Mapping
from functools import cache
from inspect import Parameter, Signature
from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, QueryParameter

from nova_api.cache.reader import Reader
from nova_api.database import Snapshot
from nova_api.http.cached import cached_get, respond
from nova_api.limits import MAX_IDS, MAX_LIMIT
from nova_api.listings import reading
from nova_api.listings.declaration import Column, Filter, Listing, Operator
from nova_api.listings.pages import Columns, PartialRows, page_of
from nova_api.listings.request import ListingRequest, Shape, fields, place, selection
from nova_api.vocabulary import Versions

ROOT = "/api/v1"
DEFAULT_LIMIT = 50
LONGEST_ID = 200
"""Characters of a text that is compared with a column."""

LARGEST = 2**31 - 1


class RowRequest(msgspec.Struct, frozen=True):
    """One row."""

    row_id: str


def pages_of(listing: Listing) -> HTTPRouteHandler:
    """The handler of a listing's pages."""

    async def handle(request: Request, reader: Reader, **arguments: Any) -> Response[Any]:
        values = from_arguments(arguments)
        selected = selection(listing, values, values["sort"])
        asked = ListingRequest(
            selection=selected,
            limit=values["limit"],
            fields=fields(listing, values["fields"]),
            shape=values["shape"],
            after=place(listing, values["cursor"], selected),
        )
        return await respond(request, reader, asked, lambda snapshot: reading.page(snapshot, listing, asked))

    parameters = {
        "request": (Request, Parameter.empty),
        "reader": (NamedDependency[Reader], Parameter.empty),
        **selecting_parameters(listing),
        **page_parameters(),
    }
    body: Any = page_of(listing)
    declare(handle, parameters, Response[body | PartialRows | Columns], f"list {listing.name}")
    get = cached_get(f"{ROOT}/{listing.path}", operation=listing.operation, summary=listing.summary, tags=[listing.tag])
    return get(handle)


def row_of(listing: Listing, operation: str, summary: str) -> HTTPRouteHandler:
    """The handler of one row of a listing whose key is one id."""
    body = _row_body(listing)
    (column,) = listing.key

    async def handle(request: Request, reader: Reader, **values: str) -> Response[Any]:
        async def load(snapshot: Snapshot) -> Any:
            row = await reading.one(snapshot, listing, values[column])
            return body(**row, versions=snapshot.versions)

        return await respond(request, reader, RowRequest(values[column]), load)

    parameters = {
        "request": (Request, Parameter.empty),
        "reader": (NamedDependency[Reader], Parameter.empty),
        column: (FromPath[str], Parameter.empty),
    }
    declare(handle, parameters, Response[body], operation)
    path = f"{ROOT}/{listing.path}/{{{column}:str}}"
    return cached_get(path, operation=operation, summary=summary, errors=(404,), tags=[listing.tag])(handle)


@cache
def _row_body(listing: Listing) -> type[msgspec.Struct]:
    name = f"{listing.row.__name__}Document"
    return msgspec.defstruct(
        name,
        [("versions", Versions)],
        bases=(listing.row,),
        namespace={"__doc__": listing.row.__doc__},
        module=__name__,
        frozen=True,
        kw_only=True,
    )


def declare(handle: Any, parameters: dict[str, tuple[Any, Any]], returns: Any, name: str) -> None:
    """Give a handler the signature from which Litestar validates and documents."""
    handle.__name__ = name.replace(" ", "_")
    handle.__doc__ = None
    handle.__annotations__ = {key: annotation for key, (annotation, _) in parameters.items()} | {"return": returns}
    handle.__signature__ = Signature(
        [
            Parameter(key, Parameter.KEYWORD_ONLY, annotation=annotation, default=default)
            for key, (annotation, default) in parameters.items()
        ],
        return_annotation=returns,
    )


def selecting_parameters(listing: Listing) -> dict[str, tuple[Any, Any]]:
    """What selects, orders and shapes rows, in pages and in exports."""
    orders: Any = Literal[listing.orders]
    order = "Order; with '-' descending, ties by the key in the same direction. Unknown values come last either way"
    named = f"Fields wanted, with commas between them; absent: all of {', '.join(listing.columns)}"
    return {
        **{_argument(known.parameter): (_annotation(listing, known), None) for known in listing.all_filters},
        "sort": (Annotated[orders, QueryParameter(description=order)], listing.orders[0]),
        "fields": (Annotated[str | None, QueryParameter(max_length=2000, description=named)], None),
    }


def page_parameters() -> dict[str, tuple[Any, Any]]:
    """What cuts the rows into pages."""
    shape = "`rows`: an object for each row; `columns`: an array for each field, which is smaller"
    return {
        "shape": (Annotated[Shape, QueryParameter(description=shape)], "rows"),
        "limit": (
            Annotated[int, QueryParameter(ge=1, le=MAX_LIMIT, description="Rows in the page")],
            DEFAULT_LIMIT,
        ),
        "cursor": (
            Annotated[str | None, QueryParameter(max_length=2000, description="next_cursor of the page before")],
            None,
        ),
    }


def _argument(parameter: str) -> str:
    # Words of Python and of Litestar, such as `from` and `state`, cannot be arguments; the problem document drops it.
    return f"{parameter}_"


def from_arguments(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a handler's arguments by the names of the parameters."""
    return {name.rstrip("_"): value for name, value in arguments.items()}


def _annotation(listing: Listing, known: Filter) -> Any:
    column = listing.columns[known.columns[0]]
    meaning = known.meaning or f"Exact `{column.name}`"
    value_type, limits = _value(known, column)
    return Annotated[value_type | None, QueryParameter(name=known.parameter, description=meaning, **limits)]


def _value(known: Filter, column: Column) -> tuple[Any, dict[str, Any]]:
    if known.operator is Operator.ANY:
        return str, {"max_length": MAX_IDS * LONGEST_ID // 2}
    if known.operator is Operator.EMPTY:
        return bool, {}
    if column.choices:
        return Literal[column.choices], {}
    limits: dict[Any, dict[str, Any]] = {str: {"max_length": LONGEST_ID}, int: {"ge": -LARGEST, "le": LARGEST}}
    return column.type, limits.get(column.type, {})
