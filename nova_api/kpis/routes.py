"""GET /api/v1/kpis and the tables below it."""

from typing import Annotated, Literal

from litestar import Controller, Request, Response
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from nova_api.cache.reader import Reader
from nova_api.http.cached import cached_get, respond
from nova_api.http.common_parameters import FamilyParameter, FromParameter, ToParameter
from nova_api.kpis import queries
from nova_api.kpis.schemas import (
    DemandDailyFamilyList,
    FamilyDaysRequest,
    ForecastAccuracyList,
    ForecastAccuracyRequest,
    KpiList,
    KpisRequest,
    LeadTimeList,
    LeadTimesRequest,
    RequestsOpenDailyList,
)
from nova_api.limits import check_span
from nova_api.vocabulary import DemandClass


class KpiController(Controller):
    """Figures of the whole operation."""

    path = "/api/v1/kpis"
    tags = ("kpis",)

    @cached_get(
        "/", operation="listKpis", summary="The summary figures, each with its unit or the reason it is missing"
    )
    async def list_kpis(self, request: Request, reader: NamedDependency[Reader]) -> Response[KpiList]:
        """List the summary figures."""
        return await respond(request, reader, KpisRequest(), queries.kpis)

    @cached_get("/demand-daily-family", operation="listDemandDailyFamily", summary="Demand by day, family and unit")
    async def list_demand_daily_family(
        self,
        request: Request,
        reader: NamedDependency[Reader],
        from_: FromParameter = None,
        to: ToParameter = None,
        family: FamilyParameter = None,
    ) -> Response[DemandDailyFamilyList]:
        """List the demand by day, family and unit."""
        check_span(from_, to)
        asked = FamilyDaysRequest(first=from_, last=to, family=family)
        return await respond(request, reader, asked, lambda snapshot: queries.demand_daily_family(snapshot, asked))

    @cached_get(
        "/requests-open-daily", operation="listRequestsOpenDaily", summary="Open request lines by day and family"
    )
    async def list_requests_open_daily(
        self,
        request: Request,
        reader: NamedDependency[Reader],
        from_: FromParameter = None,
        to: ToParameter = None,
        family: FamilyParameter = None,
    ) -> Response[RequestsOpenDailyList]:
        """List the open request lines by day and family."""
        check_span(from_, to)
        asked = FamilyDaysRequest(first=from_, last=to, family=family)
        return await respond(request, reader, asked, lambda snapshot: queries.requests_open_daily(snapshot, asked))

    @cached_get(
        "/lead-times", operation="listLeadTimes", summary="Days from request to purchase, by supplier and family"
    )
    async def list_lead_times(
        self,
        request: Request,
        reader: NamedDependency[Reader],
        family: FamilyParameter = None,
        supplier_id: Annotated[str | None, QueryParameter(max_length=100, description="Exact supplier id")] = None,
    ) -> Response[LeadTimeList]:
        """List the lead times."""
        asked = LeadTimesRequest(family=family, supplier_id=supplier_id)
        return await respond(request, reader, asked, lambda snapshot: queries.lead_times(snapshot, asked))

    @cached_get(
        "/forecast-accuracy", operation="listForecastAccuracy", summary="Scores of the models against what happened"
    )
    async def list_forecast_accuracy(
        self,
        request: Request,
        reader: NamedDependency[Reader],
        model: Annotated[str | None, QueryParameter(max_length=100, description="One model; absent: all")] = None,
        demand_class: Annotated[
            DemandClass | Literal["all"] | None,
            QueryParameter(description="One class; `all` is the pooled score; absent: every class"),
        ] = None,
    ) -> Response[ForecastAccuracyList]:
        """List the scores."""
        asked = ForecastAccuracyRequest(model=model, demand_class=demand_class)
        return await respond(request, reader, asked, lambda snapshot: queries.forecast_accuracy(snapshot, asked))
