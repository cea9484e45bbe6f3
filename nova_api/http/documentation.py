"""The OpenAPI document and the page that shows it.

The page is Scalar, served from this origin: its script (MIT, about 3.5 MB, too large to commit) is installed with the
frontend's packages, and where it is not installed the page says so and links to the document.
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
SCRIPT = Path(__file__).parents[2] / "frontend/node_modules/@scalar/api-reference/dist/browser/standalone.js"

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",  # Scalar writes its styles into the page
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
</head>
<body>
{body}
</body>
</html>
"""

REFERENCE = """<noscript>This page needs JavaScript; the document itself is <a href="{document}">here</a>.</noscript>
<script id="api-reference" data-url="{document}"
data-configuration='{{"withDefaultFonts": false, "hideClientButton": true, "agent": {{"disabled": true}},
"telemetry": false, "mcp": {{"disabled": true}}, "showDeveloperTools": "never"}}'></script>
<script src="{path}/scalar.js"></script>"""

NOT_INSTALLED = """<h1>Nova API</h1>
<p>The reference page is not installed here: run <code>npm ci</code> in <code>frontend/</code> and load this page again.
The OpenAPI document is at <a href="{document}">{document}</a>.</p>"""


class ReferencePage(OpenAPIRenderPlugin):
    """Scalar from this origin."""

    def __init__(self, script: Path) -> None:
        """Serve `script` when it is there."""
        super().__init__(path="/")
        self._script = script

    def render(self, request: Request, openapi_schema: dict[str, Any]) -> bytes:
        """The page."""
        body = REFERENCE if self._script.is_file() else NOT_INSTALLED
        return PAGE.format(body=body.format(path=PATH, document=self.get_openapi_json_route(request))).encode()

    def receive_router(self, router: Router) -> None:
        """Add the script's address."""
        script = self._script

        @get("/scalar.js", sync_to_thread=True)
        def scalar_script() -> Response[bytes]:
            if not script.is_file():
                raise NotFoundException
            return Response(
                script.read_bytes(), media_type="text/javascript", headers={"Cache-Control": "public, max-age=86400"}
            )

        router.register(scalar_script)


async def _refuse_unknown_pages(request: Request) -> None:
    # Litestar answers an unknown address below the document's with a page of its own; ours are problems.
    if request.scope.get("path_template") == f"{PATH}/{{path}}":
        raise NotFoundException
    refuse_undocumented(request)


def openapi_config(script: Path = SCRIPT) -> OpenAPIConfig:
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
        render_plugins=[ReferencePage(script), JsonRenderPlugin()],
        openapi_router=Router(
            PATH,
            route_handlers=[],
            include_in_schema=False,
            before_request=_refuse_unknown_pages,
            response_headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY},
        ),
    )
