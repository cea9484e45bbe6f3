"""GET /api/v1/audit and /api/v1/audit/export, for who may read them; their answers are never kept."""

from datetime import datetime
from typing import Annotated

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency, Provide
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import QueryParameter
from litestar.response import Stream

from nova_api import paging
from nova_api.audit import export, queries
from nova_api.audit.events import AuditEvent, record
from nova_api.audit.schemas import AuditFilter, AuditPage, ExportFormat
from nova_api.auth.permissions import OPTION, Permission
from nova_api.database import Database
from nova_api.errors import RefusedError
from nova_api.http.cached import next_address
from nova_api.http.documentation import file_operation
from nova_api.http.problems import documented

NO_STORE = {"Cache-Control": "no-store"}
FromInstant = Annotated[
    datetime | None, QueryParameter(name="from", description="First instant, included, with its zone; absent: all")
]
ToInstant = Annotated[
    datetime | None, QueryParameter(name="to", description="Instant before which they were; absent: now")
]
Actor = Annotated[str | None, QueryParameter(max_length=200, description="Exact actor")]
Action = Annotated[str | None, QueryParameter(max_length=100, description="Exact action")]
SubjectKind = Annotated[str | None, QueryParameter(max_length=100, description="Exact kind of subject")]
SubjectId = Annotated[str | None, QueryParameter(max_length=200, description="Exact subject")]
Route = Annotated[str | None, QueryParameter(max_length=300, description="Exact template of the address")]
Status = Annotated[int | None, QueryParameter(ge=100, le=599, description="Status of the answer")]


def asked_filter(
    request: Request,
    from_: FromInstant = None,
    to: ToInstant = None,
    actor: Actor = None,
    action: Action = None,
    subject_kind: SubjectKind = None,
    subject_id: SubjectId = None,
    route: Route = None,
    status: Status = None,
) -> AuditFilter:
    """The filter of a request.

    Raises:
        RefusedError: when an instant is a number or has no zone, or the span ends before it begins.
    """
    for name, instant in (("from", from_), ("to", to)):
        # A number would be taken for seconds since 1970.
        written = request.query_params.get(name, "")
        if instant is not None and (instant.tzinfo is None or "-" not in written[1:]):
            raise RefusedError(name, "an instant needs its zone, as in 2026-03-01T00:00:00Z")
    if from_ is not None and to is not None and to <= from_:
        raise RefusedError("to", "the span ends before it begins")
    return AuditFilter(
        first=from_,
        end=to,
        actor=actor,
        action=action,
        subject_kind=subject_kind,
        subject_id=subject_id,
        route=route,
        status=status,
    )


class AuditController(Controller):
    """Who did what, and when."""

    path = "/api/v1/audit"
    tags = ("audit",)
    opt = {OPTION: Permission.READ_AUDIT}  # noqa: RUF012
    dependencies = {"wanted": Provide(asked_filter, sync_to_thread=False)}  # noqa: RUF012

    @get("/", operation_id="listAudit", summary="What happened, in pages", responses=documented(400, 500, 503))
    async def list_audit(
        self,
        request: Request,
        database: NamedDependency[Database],
        wanted: NamedDependency[AuditFilter],
        limit: Annotated[int, QueryParameter(ge=1, le=500, description="Events in the page")] = 100,
        cursor: Annotated[
            str | None, QueryParameter(max_length=1000, description="next_cursor of the page before")
        ] = None,
    ) -> Response[AuditPage]:
        """List it, latest first."""
        try:
            page = await queries.page(database, wanted, limit, cursor)
        except paging.BadCursorError as error:
            raise RefusedError("cursor", str(error)) from error
        link = {"Link": f'<{next_address(request, page.next_cursor)}>; rel="next"'} if page.next_cursor else {}
        return Response(page, headers=NO_STORE | link)

    @get(
        "/export",
        operation_id="exportAudit",
        operation_class=file_operation(export.MEDIA_TYPES.values()),
        summary="What happened, as a file",
        description="Latest first, made while it is sent. The export is an event of the log itself.",
        responses={
            200: ResponseSpec(str, generate_examples=False, description="The file"),
            **documented(400, 500, 503),
        },
    )
    async def export_audit(
        self,
        request: Request,
        database: NamedDependency[Database],
        wanted: NamedDependency[AuditFilter],
        file_format: Annotated[ExportFormat, QueryParameter(name="format", description="Form of the file")] = "csv",
    ) -> Stream:
        """Send it."""
        details = {"filter": wanted, "format": file_format}
        async with database.transaction() as connection:
            await record(connection, AuditEvent.of_request(request.scope, "audit.exported", details=details))
        batches = queries.batches(database, wanted)
        first = await anext(batches)
        headers = NO_STORE | {"Content-Disposition": f'attachment; filename="audit.{file_format}"'}
        lines = export.as_lines(first, batches, file_format)
        return Stream(lines, media_type=export.MEDIA_TYPES[file_format], headers=headers)
