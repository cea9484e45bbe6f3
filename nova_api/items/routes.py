"""GET /api/v1/items and /api/v1/items/{item_id}."""

from typing import Annotated

from litestar import Controller, Request, Response
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from nova_api import paging
from nova_api.cache.reader import Reader
from nova_api.errors import RefusedError
from nova_api.http.cached import cached_get, respond
from nova_api.http.common_parameters import FamilyParameter
from nova_api.items import queries
from nova_api.items.schemas import ItemDetail, ItemFilter, ItemPage, ItemRequest, ItemSort, ItemsRequest
from nova_api.vocabulary import AbcClass, DemandClass


class ItemController(Controller):
    """The catalogue."""

    path = "/api/v1/items"
    tags = ("items",)

    @cached_get("/", operation="listItems", summary="The catalogue of items, in pages")
    async def list_items(
        self,
        request: Request,
        reader: NamedDependency[Reader],
        q: Annotated[
            str | None,
            QueryParameter(max_length=100, description="Part of the id or name, without regard to case or accents"),
        ] = None,
        family: FamilyParameter = None,
        category: Annotated[str | None, QueryParameter(max_length=200, description="Exact category")] = None,
        demand_class: Annotated[DemandClass | None, QueryParameter(description="Pattern of the demand")] = None,
        abc_class: Annotated[AbcClass | None, QueryParameter(description="ABC class")] = None,
        is_service: Annotated[
            bool | None, QueryParameter(description="Services alone, goods alone; absent: both")
        ] = None,
        active: Annotated[bool | None, QueryParameter(description="Active alone, inactive alone; absent: both")] = None,
        sort: Annotated[
            ItemSort, QueryParameter(description="Order; with '-' descending. Unknown values come last either way")
        ] = "item_id",
        limit: Annotated[int, QueryParameter(ge=1, le=200, description="Items in the page")] = 50,
        cursor: Annotated[
            str | None, QueryParameter(max_length=1000, description="next_cursor of the page before")
        ] = None,
    ) -> Response[ItemPage]:
        """List the items."""
        wanted = ItemFilter(
            q=(q or "").strip() or None,
            family=family,
            category=category,
            demand_class=demand_class,
            abc_class=abc_class,
            is_service=is_service,
            active=active,
            sort=sort,
        )
        asked = ItemsRequest(filter=wanted, limit=limit, after=_place(cursor, wanted))
        return await respond(request, reader, asked, lambda snapshot: queries.item_page(snapshot, asked))

    @cached_get("/{item_id:str}", operation="getItem", summary="One item in detail", errors=(404,))
    async def get_item(
        self, request: Request, reader: NamedDependency[Reader], item_id: FromPath[str]
    ) -> Response[ItemDetail]:
        """Show one item."""
        asked = ItemRequest(item_id)
        return await respond(request, reader, asked, lambda snapshot: queries.item_detail(snapshot, item_id))


def _place(cursor: str | None, wanted: ItemFilter) -> paging.Cursor | None:
    if cursor is None:
        return None
    try:
        return paging.decode(cursor, wanted)
    except paging.BadCursorError as error:
        raise RefusedError("cursor", str(error)) from error
