"""OPTIONS: the methods that an address takes."""

from __future__ import annotations

from itertools import chain

from litestar import Request, Response


def allowed_methods(request: Request) -> Response[None]:
    """All methods of the request's address.

    Litestar's own answer knows those of the first handler alone, where an address has more than one.
    """
    template = request.scope.get("path_template")
    routes = (route for route in request.app.routes if route.path_format == template)
    methods = sorted(set(chain.from_iterable(getattr(route, "methods", ()) for route in routes)))
    return Response(None, status_code=204, headers={"Allow": ", ".join(methods)})
