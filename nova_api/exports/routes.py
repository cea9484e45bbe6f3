"""GET /api/v1/exports/…: every listing as a file."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import date
from inspect import Parameter
from typing import Annotated, Any, cast

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter
from litestar.response import Stream

from nova_api.auth.permissions import OPTION
from nova_api.cache.policy import POLICIES
from nova_api.errors import RefusedError
from nova_api.exports.formats import FORMATS, Format, FormatName
from nova_api.exports.session import Exports, Session
from nova_api.http.cached import documented_header, version_header
from nova_api.http.documentation import file_operation
from nova_api.http.edge import ONLY_HEADERS
from nova_api.http.problems import documented
from nova_api.listings.declaration import Listing
from nova_api.listings.query import order_by, selecting
from nova_api.listings.reading import latest_day
from nova_api.listings.request import Selection, fields, selection
from nova_api.listings.routes import ROOT, declare, from_arguments, selecting_parameters
from nova_api.settings import Settings
from nova_api.sqlstates import translated

HEADERS = [
    documented_header("Content-Disposition", "Name of the file"),
    documented_header("X-Data-Version", "Datasets and versions it was made from"),
    documented_header("X-Row-Count", "Rows that it has: fewer means that it broke off"),
    documented_header("X-Request-Id", "Id of this request in the log"),
]


@dataclass(frozen=True)
class Wanted:
    """What a client asked for: rows of a listing, in an order, some of the columns, in a format."""

    listing: Listing
    selected: Selection
    names: tuple[str, ...]
    format_name: FormatName

    @property
    def format(self) -> Format:
        """The format."""
        return FORMATS[self.format_name]

    def file_name(self, day: date | None) -> str:
        """Name of the file: what it holds and, where it is of one day, of which."""
        parts = ("nova", *self.listing.path.split("/"), *([day.isoformat()] if day else []))
        return f"{'-'.join(parts)}.{self.format_name}"


def export_of(listing: Listing) -> HTTPRouteHandler:
    """The handler of a listing's export."""
    policy = replace(POLICIES[listing.operation], operation=listing.export_operation)

    async def handle(request: Request, exports: Exports, settings: Settings, **arguments: Any) -> Response[Any]:
        values = from_arguments(arguments)
        selected = selection(listing, values, values["sort"])
        names = fields(listing, values["fields"]) or tuple(listing.columns)
        wanted = Wanted(listing, selected, names, values["format"])
        session = await exports.open(policy.datasets)
        try:
            with translated():
                return await _answer(session, wanted, settings, only_headers=request.scope.get(ONLY_HEADERS, False))
        except BaseException:
            session.close()
            raise

    parameters = {
        "request": (Request, Parameter.empty),
        "exports": (NamedDependency[Exports], Parameter.empty),
        "settings": (NamedDependency[Settings], Parameter.empty),
        "format_": (Annotated[FormatName, QueryParameter(name="format", description="Kind of file")], "csv"),
        **selecting_parameters(listing),
    }
    declare(handle, parameters, Response[bytes], listing.export_operation)
    return get(
        f"{ROOT}/exports/{listing.path}",
        operation_id=listing.export_operation,
        operation_class=file_operation(known.media_type for known in FORMATS.values()),
        summary=f"{listing.summary}: as a file",
        description=f"All rows that pass the filters, from one state of "
        f"{', '.join(f'`{name}`' for name in policy.datasets)}.",
        tags=[listing.tag],
        opt={OPTION: policy.permission},
        responses=documented(400, 500, 503),
        response_headers=HEADERS,
    )(handle)


async def _answer(session: Session, wanted: Wanted, settings: Settings, *, only_headers: bool) -> Response[Any]:
    day = await latest_day(session.snapshot, wanted.listing, wanted.selected)
    most = min(settings.export_rows, wanted.format.most_rows or settings.export_rows)
    count = await _counted(session, wanted, day, most)
    headers = {
        "Content-Disposition": f'attachment; filename="{wanted.file_name(day)}"',
        "Cache-Control": "private, no-store",
        "X-Data-Version": version_header(session.snapshot.versions),
        "X-Row-Count": str(count),
    }
    if only_headers:
        session.close()
        return Response(b"", media_type=wanted.format.media_type, headers=headers)
    return Stream(file_of(session, wanted, day), media_type=wanted.format.media_type, headers=headers)


async def _counted(session: Session, wanted: Wanted, day: date | None, most: int) -> int:
    query = selecting(wanted.listing, wanted.selected, day)
    limit = f"LIMIT {query.placeholder(most + 1, 'bigint')}"
    row = await session.snapshot.row(f"SELECT count(*) FROM ({query.text(['1'], '', limit)}) AS rows", *query.arguments)
    count = row[0] if row else 0
    if count > most:
        raise RefusedError(None, f"the export would have more than {most} rows: narrow it by a filter")
    return count


async def file_of(session: Session, wanted: Wanted, day: date | None) -> AsyncIterator[bytes]:
    """The file, piece by piece; the session is closed after it."""
    # In threads: a chunk in any of the formats takes long enough to hold up every other request.
    columns: Mapping[str, Any] = wanted.listing.columns
    writer = await asyncio.to_thread(wanted.format.writer, [columns[name] for name in wanted.names])
    try:
        yield await asyncio.to_thread(writer.begin)
        query = selecting(wanted.listing, wanted.selected, day)
        text = query.text([f'"{name}"' for name in wanted.names], order_by(wanted.listing, wanted.selected.sort))
        async with aclosing(session.chunks(text, *query.arguments)) as chunks:
            async for rows in chunks:
                yield await asyncio.to_thread(writer.write, cast(Sequence[Any], rows))
        pieces = writer.end()
        while piece := await asyncio.to_thread(next, pieces, b""):
            yield piece
    finally:
        session.close()
        writer.close()
