"""Values of a row as texts and numbers that a file can hold."""

from __future__ import annotations

import math
from typing import Any

import msgspec


def finite(value: float | None) -> float | None:
    """The number; None for one that is not a number or infinite, as in every body of the API."""
    return value if value is None or math.isfinite(value) else None


def json_text(value: Any) -> str | None:
    """A list or a document as JSON."""
    return None if value is None else msgspec.json.encode(value).decode()
