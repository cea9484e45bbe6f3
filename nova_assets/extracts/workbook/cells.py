"""Parsers of single cells. Each takes the cell's text and says which repair rules it needed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Generic, TypeVar

from nova_assets.extracts.units import UNIT_SPELLINGS

EMPTY_WORDS = frozenset({"N/A", "NA", "#N/A", "#N/D", "N/D", "-", "--", "NULL"})
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{2}|\d{4})(?: 00:00(?::00)?)?")
_BRAZILIAN_NUMBER = re.compile(r"-?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?")
_PLAIN_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")

T = TypeVar("T")


class UnreadableError(ValueError):
    """The cell holds something, and not what its column is for."""


@dataclass(frozen=True)
class Parsed(Generic[T]):
    """A value (None = empty cell) and the codes of the rules that repaired it."""

    value: T | None
    repairs: tuple[str, ...] = ()

    def then(self, parse: Callable[[T], Parsed[T]]) -> Parsed[T]:
        """Apply a further repair to a value that is there."""
        if self.value is None:
            return self
        further = parse(self.value)
        return Parsed(further.value, self.repairs + further.repairs)


def text(cell: str | None) -> Parsed[str]:
    """Text without superfluous blanks; words that mean nothing become None."""
    if cell is None:
        return Parsed(None)
    folded = " ".join(cell.split())
    repairs = ("blanks",) if folded != cell else ()
    if folded.upper() in EMPTY_WORDS:
        return Parsed(None, (*repairs, "empty_words"))
    return Parsed(folded or None, repairs)


def upper(cell: str | None) -> Parsed[str]:
    """Text in capitals, as the ERP writes codes, names and families."""
    parsed = text(cell)
    return Parsed(parsed.value.upper() if parsed.value else None, parsed.repairs)


def unit(cell: str | None) -> Parsed[str]:
    """A unit of measure in its one spelling."""
    return upper(cell).then(
        lambda value: Parsed(UNIT_SPELLINGS[value], ("unit_spelling",)) if value in UNIT_SPELLINGS else Parsed(value)
    )


def day(cell: str | None) -> Parsed[date]:
    """A date: yyyy-mm-dd as date cells are read, or dd/mm/yyyy typed as text.

    Raises:
        UnreadableError: the cell holds something else.
    """
    parsed = text(cell)
    if parsed.value is None:
        return Parsed(None, parsed.repairs)
    try:
        return Parsed(datetime.fromisoformat(parsed.value).date(), parsed.repairs)
    except ValueError:
        found = _DAY_FIRST.fullmatch(parsed.value)
    if not found:
        raise UnreadableError(f"{parsed.value!r} is not a date")
    day_of_month, month, year = map(int, found.groups())
    try:
        value = date(year + 2000 if year < 100 else year, month, day_of_month)
    except ValueError as error:
        raise UnreadableError(f"{parsed.value!r} is not a date: {error}") from error
    return Parsed(value, (*parsed.repairs, "text_date"))


def quantity(cell: str | None) -> Parsed[Decimal]:
    """A quantity, rounded to the four decimals that the warehouse keeps.

    Raises:
        UnreadableError: the cell holds something that is no number.
    """
    parsed = text(cell)
    if parsed.value is None:
        return Parsed(None, parsed.repairs)
    repairs = parsed.repairs
    if _PLAIN_NUMBER.fullmatch(parsed.value):
        plain = parsed.value
    elif _BRAZILIAN_NUMBER.fullmatch(parsed.value):
        plain, repairs = parsed.value.replace(".", "").replace(",", "."), (*repairs, "text_number")
    else:
        raise UnreadableError(f"{parsed.value!r} is not a number")
    try:
        return Parsed(Decimal(plain).quantize(Decimal("0.0001")), repairs)
    except InvalidOperation as error:
        raise UnreadableError(f"{parsed.value!r} is too large a number") from error
