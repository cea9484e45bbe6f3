"""GET /api/v1/events."""

from collections.abc import AsyncIterator
from typing import Annotated

from litestar import Controller, Request, get
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import HeaderParameter
from litestar.response import Stream

from nova_api.auth.guard import Doorkeeper, bearer_token
from nova_api.auth.permissions import OPTION, Permission
from nova_api.events.streams import Streams
from nova_api.http.edge import ONLY_HEADERS
from nova_api.http.problems import documented

MEDIA_TYPE = "text/event-stream"


class EventController(Controller):
    """Pages that are open read again when this says so, and only then."""

    path = "/api/v1/events"
    tags = ("events",)

    @get(
        "/",
        operation_id="streamEvents",
        opt={OPTION: Permission.READ},
        summary="Versions of the datasets, as they move",
        description="Server-sent events named `versions`, each with all versions, first of all those of now. Send the "
        "`id` of the last one as `Last-Event-ID` to hear only what is newer. The stream ends when the process does or "
        "when the token is no longer good.",
        responses={
            200: ResponseSpec(bytes, generate_examples=False, description="Events", media_type=MEDIA_TYPE),
            **documented(400, 500, 503),
        },
    )
    async def stream_events(
        self,
        request: Request,
        streams: NamedDependency[Streams],
        doorkeeper: NamedDependency[Doorkeeper],
        last_event_id: Annotated[
            str | None, HeaderParameter(name="Last-Event-ID", max_length=40, description="`id` of the last event")
        ] = None,
    ) -> Stream:
        """Stream the versions."""
        streams.check_room()
        token = bearer_token(request.scope)
        events = streams.stream(last_event_id, lambda: doorkeeper.recognize(token) is not None)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return Stream(_nothing() if request.scope.get(ONLY_HEADERS) else events, media_type=MEDIA_TYPE, headers=headers)


async def _nothing() -> AsyncIterator[bytes]:
    for line in ():
        yield line
