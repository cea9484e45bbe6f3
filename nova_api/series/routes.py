"""GET /api/v1/items/{item_id}/timeseries."""

from typing import Annotated

from litestar import Controller, Request, Response
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from nova_api.cache.reader import Reader
from nova_api.http.cached import cached_get, respond
from nova_api.http.common_parameters import FromParameter, ToParameter
from nova_api.limits import check_span
from nova_api.series import queries
from nova_api.series.schemas import Grain, Timeseries, TimeseriesRequest


class SeriesController(Controller):
    """Demand of one item over time."""

    path = "/api/v1/items/{item_id:str}/timeseries"
    tags = ("items",)

    @cached_get("/", operation="getItemTimeseries", summary="Demand of an item by week or day", errors=(404,))
    async def get_item_timeseries(
        self,
        request: Request,
        reader: NamedDependency[Reader],
        item_id: FromPath[str],
        grain: Annotated[
            Grain, QueryParameter(description="By week, sites pooled and complete with zeros; or by day and site")
        ] = "week",
        from_: FromParameter = None,
        to: ToParameter = None,
    ) -> Response[Timeseries]:
        """Show the demand of one item."""
        check_span(from_, to)
        asked = TimeseriesRequest(item_id=item_id, grain=grain, first=from_, last=to)
        return await respond(request, reader, asked, lambda snapshot: queries.timeseries(snapshot, asked))
