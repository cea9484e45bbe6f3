"""Addresses that will go: told in the document, and in each of their answers (RFC 9745, RFC 8594)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime
from typing import Any

from litestar import Response

NOTICE = timedelta(days=180)
"""The least time between the day of deprecation and the day from which an address may be gone."""


def deprecated(since: date, sunset: date, instead: str) -> dict[str, Any]:
    """Options of a handler whose address will go: `@get("/old", **deprecated(...))`.

    Args:
        since: day from which nobody should begin to use it.
        sunset: day from which it may be gone.
        instead: address to use in its place.

    Raises:
        ValueError: when there is less than `NOTICE` between the two days.
    """
    if sunset - since < NOTICE:
        raise ValueError(f"{instead}: an address is announced {NOTICE.days} days before it goes")
    headers = {
        "Deprecation": f"@{int(_midnight(since).timestamp())}",
        "Sunset": format_datetime(_midnight(sunset), usegmt=True),
    }
    link = f'<{instead}>; rel="successor-version"'

    async def tell(response: Response[Any]) -> Response[Any]:
        response.headers.update(headers)
        response.headers["Link"] = ", ".join(filter(None, (response.headers.get("Link"), link)))
        return response

    return {"deprecated": True, "after_request": tell}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
