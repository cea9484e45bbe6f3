"""Errors as `application/problem+json` (RFC 9457), whatever raised them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi.datastructures import ResponseSpec
from litestar.types import ExceptionHandlersMap

from nova_api.errors import (
    ConflictError,
    ForbiddenError,
    PreconditionFailedError,
    PreconditionRequiredError,
    RefusedError,
    ReusedKeyError,
    ThrottledError,
    UnauthenticatedError,
    UnavailableError,
    UnknownError,
)
from nova_api.http.parameters import allowed_values
from nova_api.http.request_id import request_id

MEDIA_TYPE = "application/problem+json"
log = logging.getLogger(__name__)


class ParameterProblem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is wrong with one parameter, and what would be right."""

    parameter: str
    message: str
    allowed: str | None = None


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An error; `type` is stable and says which kind, `detail` is for people."""

    type: Annotated[str, msgspec.Meta(description="Stable name of the kind of problem, e.g. /problems/not-found")]
    title: str
    status: int
    detail: str
    instance: Annotated[str, msgspec.Meta(description="Path of the request")]
    request_id: Annotated[str, msgspec.Meta(description="The same as X-Request-Id; the log has it too")]
    errors: list[ParameterProblem] = []


def problem_type(status: int) -> str:
    """The stable name of the kind of problem that a status tells: `/problems/not-found`."""
    return f"/problems/{HTTPStatus(status).phrase.lower().replace(' ', '-')}"


def problem_response(
    request: Request,
    status: int,
    detail: str,
    *,
    errors: list[ParameterProblem] | None = None,
    headers: dict[str, str] | None = None,
) -> Response[Problem]:
    """The response that tells of a problem."""
    title = HTTPStatus(status).phrase
    raw_path = (request.scope.get("raw_path") or b"").decode("ascii", "replace").partition("?")[0]
    problem = Problem(
        type=problem_type(status),
        title=title,
        status=status,
        detail=detail,
        instance=raw_path or request.url.path,
        request_id=request_id(request.scope),
        errors=errors or [],
    )
    return Response(
        problem,
        status_code=status,
        media_type=MEDIA_TYPE,
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


def _parameter_name(entry: dict[str, Any]) -> str:
    key = str(entry.get("key", ""))
    # Litestar names the handler's argument: `from_` where the parameter is a word of Python.
    return key if "allowed" in entry else key.rstrip("_")


def _on_validation(request: Request, error: ValidationException) -> Response[Problem]:
    raw: Any = error.extra if isinstance(error.extra, list) else []
    errors = [
        ParameterProblem(
            parameter=(name := _parameter_name(entry)),
            message=str(entry.get("message", "")),
            allowed=entry.get("allowed") or allowed_values(request, name),
        )
        for entry in raw
    ]
    # Litestar's detail repeats the address with its query; names are enough.
    named = ", ".join(dict.fromkeys(problem.parameter for problem in errors if problem.parameter))
    detail = f"these parameters cannot be used: {named}" if named else "the request cannot be used"
    return problem_response(request, 400, detail, errors=errors)


def _on_http(request: Request, error: HTTPException) -> Response[Problem]:
    if error.status_code >= 500:
        return _on_anything(request, error)
    details = {404: "there is nothing at this address", 405: "this address does not take this method"}
    detail = details.get(error.status_code) or error.detail
    return problem_response(request, error.status_code, detail, headers=dict(error.headers or {}))


def _on_refused(request: Request, error: RefusedError) -> Response[Problem]:
    if error.parameter is None:
        return problem_response(request, 400, str(error))
    allowed = error.allowed or allowed_values(request, error.parameter)
    problem = ParameterProblem(parameter=error.parameter, message=str(error), allowed=allowed)
    return problem_response(request, 400, f"{error.parameter}: {error}", errors=[problem])


def _on_unknown(request: Request, error: UnknownError) -> Response[Problem]:
    return problem_response(request, 404, str(error.args[0]))


def _on_unauthenticated(request: Request, error: UnauthenticatedError) -> Response[Problem]:
    challenge = 'Bearer realm="nova", error="invalid_token"' if error.has_token else 'Bearer realm="nova"'
    return problem_response(request, 401, str(error), headers={"WWW-Authenticate": challenge})


def _on_forbidden(request: Request, error: ForbiddenError) -> Response[Problem]:
    headers = {"WWW-Authenticate": 'Bearer realm="nova", error="insufficient_scope"'}
    return problem_response(request, 403, str(error), headers=headers)


def _on_throttled(request: Request, error: ThrottledError) -> Response[Problem]:
    return problem_response(request, 429, str(error), headers={"Retry-After": str(error.retry_after)})


def _answering(status: int) -> Callable[[Request, Exception], Response[Problem]]:
    return lambda request, error: problem_response(request, status, str(error))


def _on_unavailable(request: Request, error: UnavailableError) -> Response[Problem]:
    return problem_response(request, 503, str(error), headers={"Retry-After": str(error.retry_after)})


def _on_anything(request: Request, error: Exception) -> Response[Problem]:
    log.error("request %s failed: %s %s", request_id(request.scope), request.method, request.url.path, exc_info=error)
    return problem_response(request, 500, "the API failed; the log has the reason under this request_id")


HANDLERS: ExceptionHandlersMap = {
    ValidationException: _on_validation,
    HTTPException: _on_http,
    RefusedError: _on_refused,
    UnknownError: _on_unknown,
    UnauthenticatedError: _on_unauthenticated,
    ForbiddenError: _on_forbidden,
    ThrottledError: _on_throttled,
    ConflictError: _answering(409),
    PreconditionFailedError: _answering(412),
    ReusedKeyError: _answering(422),
    PreconditionRequiredError: _answering(428),
    UnavailableError: _on_unavailable,
    Exception: _on_anything,
}


DESCRIPTIONS = {
    400: "A parameter is unknown or cannot be used; `errors` says which and what is allowed",
    401: "The request has no token, or one that is not good, or not any more; sign in",
    403: "The caller's role may not do this",
    404: "There is no such thing, or no such address",
    405: "The address does not take this method; `Allow` names those that it takes",
    409: "It cannot be done to what is there now; `detail` says why",
    412: "What `If-Match` names is not what is there now: read it again",
    413: "The body is larger than any that the API takes",
    422: "The `Idempotency-Key` was used for another write",
    428: "The request must say by `If-Match` what it changes",
    429: "Too many requests; ask again after `Retry-After` seconds",
    500: "The API failed",
    503: "The answer cannot be given now; ask again after `Retry-After` seconds",
}
"""The catalogue of problems, by status; docs/api.md has a row for each."""


def documented(*statuses: int) -> dict[int, ResponseSpec]:
    """The error responses of an operation, for the OpenAPI document."""
    return {
        status: ResponseSpec(Problem, generate_examples=False, description=DESCRIPTIONS[status], media_type=MEDIA_TYPE)
        for status in statuses
    }
