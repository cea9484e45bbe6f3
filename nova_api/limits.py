"""Bounds on what one request may ask for."""

from __future__ import annotations

from datetime import date
from typing import TypeVar

from nova_api.errors import RefusedError

MAX_ROWS = 50_000
"""Rows that a body without pages may have."""

PROBE_ROWS = MAX_ROWS + 1
"""Rows that a query reads to learn whether there are too many."""

T = TypeVar("T")


def within_limit(rows: list[T], parameter: str) -> list[T]:
    """The rows, when they are not too many.

    Raises:
        RefusedError: naming the parameter that narrows the request.
    """
    if len(rows) > MAX_ROWS:
        raise RefusedError(parameter, f"the answer would have more than {MAX_ROWS} rows: narrow the request")
    return rows


def check_span(first: date | None, last: date | None) -> None:
    """Check that a span of days does not end before it begins.

    Raises:
        RefusedError: when it does.
    """
    if first is not None and last is not None and last < first:
        raise RefusedError("to", f"the span ends on {last} before it begins on {first}")
