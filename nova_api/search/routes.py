"""GET /api/v1/search."""

from typing import Annotated

from litestar import Controller, Request, Response
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from nova_api.cache.reader import Reader
from nova_api.database import Snapshot
from nova_api.errors import RefusedError
from nova_api.http.cached import cached_get, respond
from nova_api.search.schemas import Kind, Match, Matches, SearchRequest
from nova_api.sqltexts import read_sql


class SearchController(Controller):
    """Search."""

    path = "/api/v1/search"
    tags = ("search",)

    @cached_get("/", operation="search", summary="Items, places, suppliers and orders by id or name, the best first")
    async def search(
        self,
        request: Request,
        reader: NamedDependency[Reader],
        q: Annotated[
            str,
            QueryParameter(
                min_length=2, max_length=100, description="Words, without regard to case, accents or a slip of the pen"
            ),
        ],
        kind: Annotated[Kind | None, QueryParameter(description="One kind alone; absent: all")] = None,
        limit: Annotated[int, QueryParameter(ge=1, le=50, description="Matches wanted")] = 10,
    ) -> Response[Matches]:
        """Find what the words may mean."""
        words = q.strip()
        if len(words) < 2:
            raise RefusedError("q", "is too short", "at least 2 characters")
        asked = SearchRequest(words=words, limit=limit, kind=kind)
        return await respond(request, reader, asked, lambda snapshot: _found(snapshot, asked))


async def _found(snapshot: Snapshot, asked: SearchRequest) -> Matches:
    rows = await snapshot.rows(read_sql("search"), asked.words, asked.kind, asked.limit)
    return Matches(data=[Match(**row) for row in rows], versions=snapshot.versions)
