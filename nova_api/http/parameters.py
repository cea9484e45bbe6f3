"""Query parameters: which ones an operation has and what they may be, both taken from the OpenAPI document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from litestar import Litestar, Request
from litestar.exceptions import ValidationException

Parameters = Mapping[str, Mapping[str, Any]]


def documented_parameters(app: Litestar) -> dict[str, Parameters]:
    """Schemas of the documented parameters, by operation (method and path) and name."""
    document: dict[str, Any] = app.openapi_schema.to_schema()
    return {
        f"{method.upper()} {path}": {
            parameter["name"]: parameter["schema"] | {"in": parameter["in"]}
            for parameter in operation.get("parameters", ())
        }
        for path, item in document["paths"].items()
        for method, operation in item.items()
    }


def _of(request: Request) -> Parameters | None:
    return request.app.state.parameters.get(f"{request.method} {request.scope.get('path_template')}")


def refuse_undocumented(request: Request) -> None:
    """Before-request hook: a parameter that is not known, or that is given twice, is a mistake of the caller.

    Raises:
        ValidationException: naming the parameter and the ones that are allowed.
    """
    parameters = _of(request)
    if parameters is None:
        return
    known = sorted(name for name, schema in parameters.items() if schema["in"] == "query")
    errors = []
    for name in request.query_params:
        if name not in known:
            allowed = ", ".join(known) or "no parameters"
            errors.append({"key": name, "message": "unknown parameter", "allowed": allowed})
        elif len(request.query_params.getall(name)) > 1:
            errors.append({"key": name, "message": "given more than once", "allowed": "one value"})
    if errors:
        raise ValidationException(extra=list({error["key"]: error for error in errors}.values()))


def allowed_values(request: Request, name: str) -> str | None:
    """What a parameter may be, in words; None when the document does not say."""
    schema = (_of(request) or {}).get(name)
    return None if schema is None else describe(schema)


def describe(schema: Mapping[str, Any]) -> str | None:
    """A schema in words.

    >>> describe({"type": "integer", "minimum": 1, "maximum": 200})
    'integer from 1 to 200'
    """
    variants = [variant for variant in schema.get("oneOf", [schema]) if variant.get("type") != "null"]
    if not variants:
        return None
    variant = {**schema, **variants[0]}
    if values := variant.get("enum"):
        return "one of: " + ", ".join(str(value) for value in values if value is not None)
    words = str(variant.get("format") or variant.get("type") or "")
    words = {"date": "date as YYYY-MM-DD", "boolean": "true or false"}.get(words, words)
    limits = {"minimum": "from {:g}", "maximum": "to {:g}", "maxLength": "of at most {} characters"}
    return " ".join([words, *(text.format(variant[key]) for key, text in limits.items() if key in variant)])
