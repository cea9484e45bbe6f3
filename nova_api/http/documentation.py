"""The OpenAPI document and the page that shows it: Scalar from this origin, which asks no other for anything."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from typing import Any

from litestar import Litestar, Request, Response, Router, get
from litestar.exceptions import NotFoundException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin, OpenAPIRenderPlugin
from litestar.openapi.spec import Components, OpenAPIMediaType, Operation, Schema, SecurityScheme, Tag

from nova_api.auth.permissions import OPTION, Permission, guarded_handlers
from nova_api.http.conditional import accepts_gzip
from nova_api.http.parameters import refuse_undocumented
from nova_api.http.problems import documented
from nova_api.http.scalar import Scalar

BEARER = "bearer"
VERSION = "1.0.0"
PATH = "/schema"

# Scalar validates with Zod, which tries to compile code: our policy forbids it, and browsers report the attempt.
PREPARATION = "globalThis.__zod_globalConfig = { jitless: true };"

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        f"script-src 'self' 'sha256-{b64encode(sha256(PREPARATION.encode()).digest()).decode()}'",
        "style-src 'unsafe-inline'",  # Scalar writes its styles into the page, some without the nonce it is given
        "img-src data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)

CONFIGURATION = {
    "agent": {"disabled": True},
    "mcp": {"disabled": True},
    "telemetry": False,
    "withDefaultFonts": False,
    "showDeveloperTools": "never",
    "hideClientButton": True,
    "documentDownloadType": "direct",
    "defaultOpenAllTags": True,
}
"""Scalar's own names; what would call or name its services is off."""

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Nova API</title>
<link rel="icon" href="data:,">
</head>
<body>
{body}
</body>
</html>
"""

REFERENCE = """<noscript>This page needs JavaScript; the document itself is <a href="{document}">here</a>.</noscript>
<script id="api-reference" data-url="{document}" data-configuration="{configuration}"></script>
<script>{preparation}</script>
<script src="{script}"></script>"""

NOT_INSTALLED = """<h1>Nova API</h1>
<p>This page needs Scalar, which is not installed: run <code>make install</code> (it needs npm), then reload.</p>
<p>The document itself needs nothing: <a href="{document}">{document}</a></p>"""


class ReferencePage(OpenAPIRenderPlugin):
    """Litestar's own plugin for Scalar loads a stylesheet from elsewhere and writes a script into the page."""

    def __init__(self, scalar: Scalar) -> None:
        super().__init__(path="/")
        self._scalar = scalar
        self._script = f"/scalar-{scalar.version}.js"

    def render(self, request: Request, openapi_schema: dict[str, Any]) -> bytes:
        """The page; how to install it where it is not."""
        body = (REFERENCE if self._scalar.installed else NOT_INSTALLED).format(
            document=self.get_openapi_json_route(request),
            configuration=escape(json.dumps(CONFIGURATION)),
            preparation=PREPARATION,
            script=PATH + self._script,
        )
        return PAGE.format(body=body).encode()

    def receive_router(self, router: Router) -> None:
        """Add the script's address, which changes with its version."""
        scalar = self._scalar

        @get(self._script, sync_to_thread=True)
        def script(request: Request) -> Response[bytes]:
            if not scalar.installed:
                raise NotFoundException
            headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
            if not accepts_gzip(request.headers.get("accept-encoding", "")):
                return Response(scalar.script, media_type="text/javascript", headers=headers)
            headers["Content-Encoding"] = "gzip"
            return Response(scalar.compressed, media_type="text/javascript", headers=headers)

        router.register(script)


def file_operation(media_types: Iterable[str]) -> type[Operation]:
    """The kind of operation whose answer is a file in one of several forms; Litestar knows a single media type."""
    forms = tuple(media_types)

    @dataclass
    class FileOperation(Operation):
        def __post_init__(self) -> None:
            file = Schema(type="string", format="binary")  # pyright: ignore[reportArgumentType]
            answer: Any = (self.responses or {}).get("200")
            if answer is not None:
                answer.content = {form: OpenAPIMediaType(schema=file) for form in forms}

    return FileOperation


def document_refusals(app: Litestar) -> None:
    """Say in the document how addresses refuse: those that are not public, and those that take a body."""
    for _, handler in guarded_handlers(app):
        if handler.http_methods & {"POST", "PATCH", "PUT"}:
            handler.responses = {**documented(413), **(handler.responses or {})}
        if handler.opt[OPTION] is not Permission.PUBLIC:
            handler.security = [{BEARER: []}]
            handler.responses = {**documented(401, 403), **(handler.responses or {})}


async def _refuse_unknown_pages(request: Request) -> None:
    # Litestar answers an unknown address below the document's with a page of its own; ours are problems.
    if request.scope.get("path_template") == f"{PATH}/{{path}}":
        raise NotFoundException
    refuse_undocumented(request)


def openapi_config(scalar: Scalar) -> OpenAPIConfig:
    """What the OpenAPI document says of the API as a whole, and where it is served."""
    return OpenAPIConfig(
        title="Nova API",
        version=VERSION,
        description="Items, demand, forecasts and figures of a supply operation. "
        "Every body names the versions of the datasets it was made from; HEAD is answered wherever GET is.",
        tags=[
            Tag("items", "The catalogue, and one item's demand and forecasts"),
            Tag("sites", "Places"),
            Tag("suppliers", "Who delivers, and how"),
            Tag("demand", "What was asked for, of many items"),
            Tag("inventory", "What was in stock"),
            Tag("forecasts", "What will be asked for, of many items, and how good that was"),
            Tag("planning", "When to order, what service costs, what stock will do"),
            Tag("purchases", "What was asked of purchasing"),
            Tag("kpis", "Figures of the whole operation"),
            Tag("search", "By id or name"),
            Tag("datasets", "What is served, and how old it is"),
            Tag("recommendations", "What to do, what planners decide about it, and what came of it"),
            Tag("alerts", "What planners do about alerts"),
            Tag("audit", "Who did what, and when"),
            Tag("auth", "Signing in and out"),
            Tag("users", "Accounts, for administrators"),
            Tag("events", "Versions as they move"),
            Tag("health", "For supervisors and load balancers"),
        ],
        components=Components(
            security_schemes={
                BEARER: SecurityScheme(
                    type="http",
                    scheme="bearer",
                    bearer_format="JWT",
                    description="The token that POST /api/v1/auth/login answers with",
                )
            }
        ),
        render_plugins=[ReferencePage(scalar), JsonRenderPlugin()],
        openapi_router=Router(
            PATH,
            route_handlers=[],
            include_in_schema=False,
            opt={OPTION: Permission.PUBLIC},
            before_request=_refuse_unknown_pages,
            response_headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY},
        ),
    )
