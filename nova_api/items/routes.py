"""GET /api/v1/items/{item_id}."""

from litestar import Controller, Request, Response
from litestar.di import NamedDependency
from litestar.params import FromPath

from nova_api.cache.reader import Reader
from nova_api.http.cached import cached_get, respond
from nova_api.items import queries
from nova_api.items.schemas import ItemDetail, ItemRequest


class ItemController(Controller):
    """One item."""

    path = "/api/v1/items"
    tags = ("items",)

    @cached_get("/{item_id:str}", operation="getItem", summary="One item in detail", errors=(404,))
    async def get_item(
        self, request: Request, reader: NamedDependency[Reader], item_id: FromPath[str]
    ) -> Response[ItemDetail]:
        """Show one item."""
        asked = ItemRequest(item_id)
        return await respond(request, reader, asked, lambda snapshot: queries.item_detail(snapshot, item_id))
