"""Endpoints whose answers are kept: how they are declared, and how an answer becomes a response."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import MediaType, Request, Response, get
from litestar.datastructures import ResponseHeader
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec

from nova_api.auth.permissions import OPTION
from nova_api.cache.keys import entity_tag
from nova_api.cache.policy import POLICIES, Policy
from nova_api.cache.reader import Answer, Load, Reader
from nova_api.http.conditional import accepts_gzip, matching_tag, quoted
from nova_api.http.express import QUESTION_KEY
from nova_api.http.problems import documented

REVALIDATE = "private, no-cache"
"""Clients may keep an answer but ask each time whether it still holds; a 304 costs no query."""

NOT_MODIFIED = ResponseSpec(
    None, generate_examples=False, description="The answer the client holds is still the current one"
)


def documented_header(name: str, description: str) -> ResponseHeader:
    """A header of a response, for the document."""
    return ResponseHeader(name=name, description=description, documentation_only=True, value="")


HEADERS = [
    documented_header("ETag", "Name of this answer; send it back as If-None-Match"),
    documented_header("Age", "Seconds since the answer was read from the database"),
    documented_header("X-Cache", "Where it came from: memory, redis, database or stale"),
    documented_header("X-Data-Version", "Datasets and versions it was made from"),
    documented_header("X-Request-Id", "Id of this request in the log"),
]


def cached_get(path: str, *, operation: str, summary: str, errors: tuple[int, ...] = (), **options: Any) -> Any:
    """Declare a GET whose answers are kept as `nova_api.cache.policy` says for its operationId."""
    policy = POLICIES[operation]
    return get(
        path,
        operation_id=operation,
        summary=summary,
        description=f"Made from {', '.join(f'`{dataset}`' for dataset in policy.datasets)}.",
        opt={"policy": policy, OPTION: policy.permission},
        responses={304: NOT_MODIFIED, **documented(400, *errors, 500, 503)},
        response_headers=HEADERS,
        **options,
    )


def policy_of(handler: HTTPRouteHandler) -> Policy:
    """The policy that a handler was declared with."""
    return handler.opt["policy"]


async def respond(request: Request, reader: Reader, asked: msgspec.Struct, load: Load) -> Response[Any]:
    """Answer a validated request, from the nearest tier or by loading it."""
    question = reader.question(policy_of(request.route_handler), asked)
    request.scope[QUESTION_KEY] = question  # pyright: ignore[reportGeneralTypeIssues]
    if_none_match = request.headers.get("if-none-match")
    current = reader.current(question)
    if current is not None and (held := matching_tag(if_none_match, entity_tag(question.key, current))):
        return _not_modified(held, current)
    answer = await reader.answer(question, load)
    tag = entity_tag(question.key, answer.entry.versions)
    if held := matching_tag(if_none_match, tag):
        return _not_modified(held, answer.entry.versions, answer.source)
    return _whole(request, answer, tag)


def _whole(request: Request, answer: Answer, tag: str) -> Response[bytes]:
    entry = answer.entry
    compressed = entry.compressed if accepts_gzip(request.headers.get("accept-encoding", "")) else None
    headers = _headers(quoted(tag, compressed is not None), entry.versions) | {
        "Age": str(max(0, int(time.time() - entry.stored_at))),
        "X-Cache": answer.source,
    }
    if compressed is not None:
        headers["Content-Encoding"] = "gzip"
    if entry.next_cursor is not None:
        headers["Link"] = f'<{next_address(request, entry.next_cursor)}>; rel="next"'
    return Response(compressed or entry.body, media_type=MediaType.JSON, headers=headers)


def _not_modified(tag: str, versions: dict[str, int], source: str = "memory") -> Response[None]:
    return Response(None, status_code=304, headers=_headers(tag, versions) | {"X-Cache": source})


def _headers(tag: str, versions: dict[str, int]) -> dict[str, str]:
    return {
        "ETag": tag,
        "Cache-Control": REVALIDATE,
        "Vary": "Accept-Encoding, Authorization",
        "X-Data-Version": version_header(versions),
    }


def version_header(versions: dict[str, int]) -> str:
    """Versions as the header `X-Data-Version` says them."""
    return ", ".join(f"{dataset}={version}" for dataset, version in sorted(versions.items()))


def next_address(request: Request, cursor: str) -> str:
    """Address of the page that a cursor begins."""
    others = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
    return f"{request.scope['path']}?{urlencode([*others, ('cursor', cursor)])}"
