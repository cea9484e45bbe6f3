"""How much company: the three scales of the demo ERP."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from nova_local.errors import LocalError

LAST_DAY = date(2025, 10, 31)
DEFAULT_SIZE = "small"


@dataclass(frozen=True)
class Scale:
    """The history begins at `first_day`, whatever its last day: so that later days only add to it.

    `regular` is the share of items that are used nearly every week; `pace` multiplies how often anything is used.
    """

    items: int
    towers: int
    teams: int
    regionals: int
    suppliers: int
    first_day: date
    regular: float
    pace: float


SCALES = {
    "small": Scale(200, 20, 6, 2, 30, date(2024, 11, 1), regular=0.2, pace=1.0),
    "medium": Scale(2_000, 190, 30, 5, 250, date(2022, 11, 1), regular=0.08, pace=1.0),
    "large": Scale(8_000, 800, 80, 8, 600, date(2020, 11, 1), regular=0.08, pace=7.6),
}


def scale_of(size: str) -> Scale:
    """Raises `LocalError` with the names that exist."""
    if size not in SCALES:
        raise LocalError(f"there is no size {size!r} of the demo ERP: choose {', '.join(SCALES)}")
    return SCALES[size]
