"""What planners decide about proposals and alerts: GET and POST of the book, DELETE of an entry."""

from functools import partial
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, MediaType, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, HeaderParameter, JSONBody

from nova_api.auth.permissions import OPTION, Permission
from nova_api.auth.requests import AuthenticatedRequest
from nova_api.database import Database
from nova_api.decisions import entries
from nova_api.decisions.books import ALERTS, ITEMS
from nova_api.decisions.idempotency import WriteAnswer
from nova_api.decisions.schemas import (
    AcknowledgementRequest,
    AlertAcknowledgements,
    DecisionRequest,
    ItemDecisions,
)
from nova_api.decisions.writing import answer, withdraw_entry, write_entry
from nova_api.http.problems import documented

ETAG = "Its ETag names how it stands, for the If-Match of a write."
IfMatch = Annotated[
    str | None, HeaderParameter(name="If-Match", max_length=100, description="ETag of the GET: what is decided about")
]
IdempotencyKey = Annotated[
    str,
    HeaderParameter(
        name="Idempotency-Key",
        min_length=8,
        max_length=100,
        description="Made anew for each write and sent again with it: what arrived already is not written twice. "
        "Kept for a day, for each account",
    ),
]
READING: dict[str, Any] = {"opt": {OPTION: Permission.READ}, "responses": documented(400, 404, 500, 503)}
WRITING: dict[str, Any] = {
    "opt": {OPTION: Permission.DECIDE},
    "responses": documented(400, 404, 409, 412, 422, 428, 500, 503),
}
WITHDRAWING: dict[str, Any] = {
    "opt": {OPTION: Permission.DECIDE},
    "responses": documented(400, 404, 412, 428, 500, 503),
    "status_code": 200,
}


class ItemDecisionController(Controller):
    """Decisions on items."""

    path = "/api/v1/recommendations/{item_id:str}/decisions"
    tags = ("recommendations",)

    @get(
        "/",
        operation_id="getItemDecisions",
        summary="What was decided about an item, and what holds",
        description=ETAG,
        **READING,
    )
    async def get_item_decisions(
        self, item_id: FromPath[str], database: NamedDependency[Database]
    ) -> Response[ItemDecisions]:
        """Tell."""
        async with database.snapshot(ITEMS.datasets) as snapshot:
            return _response(answer(200, await ITEMS.read(snapshot, item_id)))

    @post(
        "/",
        operation_id="decideItem",
        summary="Acknowledge, override or snooze what is proposed of an item",
        **WRITING,
    )
    async def decide_item(
        self,
        request: AuthenticatedRequest,
        item_id: FromPath[str],
        data: JSONBody[DecisionRequest],
        database: NamedDependency[Database],
        idempotency_key: IdempotencyKey,
        if_match: IfMatch = None,
    ) -> Response[ItemDecisions]:
        """Decide."""
        insert = partial(entries.decide, asked=data, by=request.user)
        verb = entries.ITEM_VERBS[data.kind]
        return _response(await write_entry(request, database, ITEMS, item_id, data, verb, insert))

    @delete(
        "/{decision_id:int}",
        operation_id="withdrawItemDecision",
        summary="Take a decision back: it never held",
        **WITHDRAWING,
    )
    async def withdraw_item_decision(
        self,
        request: AuthenticatedRequest,
        item_id: FromPath[str],
        decision_id: FromPath[int],
        database: NamedDependency[Database],
        if_match: IfMatch = None,
    ) -> Response[ItemDecisions]:
        """Take it back."""
        return _response(await withdraw_entry(request, database, ITEMS, item_id, decision_id))


class AlertAcknowledgementController(Controller):
    """What is done about alerts."""

    path = "/api/v1/alerts/{alert_id:uuid}/acknowledgements"
    tags = ("alerts",)

    @get(
        "/",
        operation_id="getAlertAcknowledgements",
        summary="What was done about an alert, and what holds",
        description=ETAG,
        **READING,
    )
    async def get_alert_acknowledgements(
        self, alert_id: FromPath[UUID], database: NamedDependency[Database]
    ) -> Response[AlertAcknowledgements]:
        """Tell."""
        async with database.snapshot(ALERTS.datasets) as snapshot:
            return _response(answer(200, await ALERTS.read(snapshot, alert_id)))

    @post("/", operation_id="acknowledgeAlert", summary="Acknowledge or snooze an alert", **WRITING)
    async def acknowledge_alert(
        self,
        request: AuthenticatedRequest,
        alert_id: FromPath[UUID],
        data: JSONBody[AcknowledgementRequest],
        database: NamedDependency[Database],
        idempotency_key: IdempotencyKey,
        if_match: IfMatch = None,
    ) -> Response[AlertAcknowledgements]:
        """Do it."""
        insert = partial(entries.acknowledge, asked=data, by=request.user)
        verb = entries.ALERT_VERBS[data.kind]
        return _response(await write_entry(request, database, ALERTS, alert_id, data, verb, insert))

    @delete(
        "/{acknowledgement_id:int}",
        operation_id="withdrawAlertAcknowledgement",
        summary="Take it back: it never held",
        **WITHDRAWING,
    )
    async def withdraw_alert_acknowledgement(
        self,
        request: AuthenticatedRequest,
        alert_id: FromPath[UUID],
        acknowledgement_id: FromPath[int],
        database: NamedDependency[Database],
        if_match: IfMatch = None,
    ) -> Response[AlertAcknowledgements]:
        """Take it back."""
        return _response(await withdraw_entry(request, database, ALERTS, alert_id, acknowledgement_id))


def _response(made: WriteAnswer) -> Response[Any]:
    return Response(made.body, status_code=made.status, media_type=MediaType.JSON, headers=dict(made.headers))
