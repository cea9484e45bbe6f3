"""Bounds on what one request may ask for."""

from __future__ import annotations

from datetime import date
from typing import Any, TypeVar

from nova_api.errors import RefusedError

MAX_ROWS = 50_000
"""Rows that a body without pages may have."""

PROBE_ROWS = MAX_ROWS + 1
"""Rows that a query reads to learn whether there are too many."""

MAX_LIMIT = 1_000
"""Rows that a page may have."""

MAX_IDS = 100
"""Ids that one parameter may name."""

MAX_SPAN_DAYS = 3_660
"""Days that lie between the ends of a span."""

T = TypeVar("T")


def within_limit(rows: list[T], parameter: str) -> list[T]:
    """The rows, when they are not too many.

    Raises:
        RefusedError: naming the parameter that narrows the request.
    """
    if len(rows) > MAX_ROWS:
        raise RefusedError(parameter, f"the answer would have more than {MAX_ROWS} rows: narrow the request")
    return rows


def check_span(first: Any, last: Any, parameter: str = "to") -> None:
    """Check that a span does not end before it begins and, where it is of days, that it is not too long.

    Args:
        first, last: its ends, both included; None: open.
        parameter: which sets the last one.

    Raises:
        RefusedError: when it is not so.
    """
    if first is None or last is None:
        return
    if last < first:
        raise RefusedError(parameter, f"the span ends on {last} before it begins on {first}")
    if isinstance(first, date) and (last - first).days > MAX_SPAN_DAYS:
        raise RefusedError(parameter, "the span is too long", f"at most {MAX_SPAN_DAYS} days")
