"""The OpenAPI document and the page that shows it.

The page is RapiDoc, one file of 0.9 MB (MIT) kept in `assets/` and served from this origin. Scalar would have been a
file of 3.6 MB, or 209 packages of 243 MB among the frontend's.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from litestar import Request, Response, Router, get
from litestar.exceptions import NotFoundException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin, OpenAPIRenderPlugin
from litestar.openapi.spec import Tag

from nova_api.http.parameters import refuse_undocumented

VERSION = "1.0.0"
PATH = "/schema"
SCRIPT = Path(__file__).parent / "assets/rapidoc-9.3.8.min.js"

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",  # RapiDoc writes its styles into the page
        "img-src 'self' data:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Nova API</title>
<link rel="icon" href="data:,">
<script type="module" src="{path}/rapidoc.js"></script>
</head>
<body>
<noscript>This page needs JavaScript; the document itself is <a href="{document}">here</a>.</noscript>
<rapi-doc spec-url="{document}" render-style="read" load-fonts="false" show-header="false" allow-authentication="false"
allow-server-selection="false" schema-description-expanded="true" sort-endpoints-by="none"></rapi-doc>
</body>
</html>
"""


class ReferencePage(OpenAPIRenderPlugin):
    """RapiDoc from this origin; Litestar's own plugin for it loads the script and fonts from elsewhere."""

    def __init__(self) -> None:
        super().__init__(path="/")

    def render(self, request: Request, openapi_schema: dict[str, Any]) -> bytes:
        """The page."""
        return PAGE.format(path=PATH, document=self.get_openapi_json_route(request)).encode()

    def receive_router(self, router: Router) -> None:
        """Add the script's address."""
        script = SCRIPT.read_bytes()

        @get("/rapidoc.js", sync_to_thread=False)
        def rapidoc_script() -> Response[bytes]:
            return Response(script, media_type="text/javascript", headers={"Cache-Control": "public, max-age=86400"})

        router.register(rapidoc_script)


async def _refuse_unknown_pages(request: Request) -> None:
    # Litestar answers an unknown address below the document's with a page of its own; ours are problems.
    if request.scope.get("path_template") == f"{PATH}/{{path}}":
        raise NotFoundException
    refuse_undocumented(request)


def openapi_config() -> OpenAPIConfig:
    """What the OpenAPI document says of the API as a whole, and where it is served."""
    return OpenAPIConfig(
        title="Nova API",
        version=VERSION,
        description="Items, demand, forecasts and figures of a supply operation. Read only. "
        "Every body names the versions of the datasets it was made from; HEAD is answered wherever GET is.",
        tags=[
            Tag("items", "The catalogue, demand and forecasts"),
            Tag("kpis", "Figures of the whole operation"),
            Tag("datasets", "What is served, and how old it is"),
            Tag("health", "For supervisors and load balancers"),
        ],
        render_plugins=[ReferencePage(), JsonRenderPlugin()],
        openapi_router=Router(
            PATH,
            route_handlers=[],
            include_in_schema=False,
            before_request=_refuse_unknown_pages,
            response_headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY},
        ),
    )
