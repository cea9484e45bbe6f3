"""GET /api/v1/items/{item_id}/forecast."""

from datetime import date
from typing import Annotated

from litestar import Controller, Request, Response
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from nova_api.cache.reader import Reader
from nova_api.forecasts import queries
from nova_api.forecasts.schemas import Forecast, ForecastRequest
from nova_api.http.cached import cached_get, respond


class ForecastController(Controller):
    """Forecasts of one item."""

    path = "/api/v1/items/{item_id:str}/forecast"
    tags = ("items",)

    @cached_get("/", operation="getItemForecast", summary="A forecast of an item, with its quantiles", errors=(404,))
    async def get_item_forecast(
        self,
        request: Request,
        reader: NamedDependency[Reader],
        item_id: FromPath[str],
        origin: Annotated[
            date | None, QueryParameter(description="Monday from which it looks ahead; absent: the latest")
        ] = None,
        model: Annotated[str | None, QueryParameter(max_length=100, description="Absent: the served one")] = None,
    ) -> Response[Forecast]:
        """Show one forecast."""
        asked = ForecastRequest(item_id=item_id, origin=origin, model=model)
        return await respond(request, reader, asked, lambda snapshot: queries.forecast(snapshot, asked))
