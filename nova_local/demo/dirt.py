"""What people and exports do to clean lines, each kind at the rate seen in a real purchasing workbook."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from nova_local.demo.purchases import NOTHING, Line

WITHOUT_SITE = 0.19
BEFORE_REQUEST = 0.065
UNDATED = 0.0045
LOST_ZERO = 0.004
DUPLICATED = 0.06
FARTHEST_BEFORE = 941  # days


def soil(lines: list[Line], rng: random.Random) -> list[Line]:
    """The same lines as a person would receive them: some damaged, some twice, sorted by purchase date.

    One line of a purchase lies FARTHEST_BEFORE days before its request, and one has empty cells where others say N/A.
    """
    soiled = [spoil(line, rng) for line in lines]
    bought = [place for place, line in enumerate(soiled) if isinstance(line.ordered_on, date)]
    farthest, empty = rng.sample(bought, 2)
    soiled[farthest] = buy_before(soiled[farthest], FARTHEST_BEFORE)
    soiled[empty] = without_dates(soiled[empty], "")
    copies = [line for line in soiled if rng.random() < DUPLICATED]
    return sorted(soiled + copies, key=lambda line: (str(line.ordered_on), str(line.requested_on)))


def spoil(line: Line, rng: random.Random) -> Line:
    """Apply each kind of damage on its own with its own chance."""
    damages: tuple[tuple[float, Callable[[Line], Line]], ...] = (
        (WITHOUT_SITE, lambda line: replace(line, site=NOTHING)),
        (BEFORE_REQUEST, lambda line: buy_before(line, 1 + int(rng.expovariate(1 / 30)))),
        (LOST_ZERO, lose_zero),
        (UNDATED, lambda line: without_dates(line, NOTHING)),
    )
    for chance, damage in damages:
        if rng.random() < chance:
            line = damage(line)
    return line


def buy_before(line: Line, days: int) -> Line:
    """The purchase is entered `days` before the request: what was bought first and asked for afterwards."""
    if isinstance(line.ordered_on, date) and isinstance(line.requested_on, date):
        return replace(line, ordered_on=line.requested_on - timedelta(days=days))
    return line


def lose_zero(line: Line) -> Line:
    """A code of six digits typed without its leading zero."""
    code = str(line.code)
    return replace(line, code=code[1:]) if len(code) == 6 and code.startswith("0") else line


def without_dates(line: Line, filler: str) -> Line:
    """No requisition and no date; only a purchase of which nothing else is known."""
    if line.ordered_on == NOTHING:
        return line
    return replace(line, needed_on=NOTHING, requisition=filler, requested_on=filler, ordered_on=filler)
