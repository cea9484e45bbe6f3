"""What every source is read into: one value of one series, region and day. And how an answer is taken apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

import msgspec

from nova_assets.partitions import Window

T = TypeVar("T")
PLACES = Decimal("0.000001")


@dataclass(frozen=True)
class Series:
    """A quantity that a source measures: its unit, and the values that are possible in it.

    A value outside the bounds means another unit or another quantity than the one we know.
    """

    name: str
    unit: str
    minimum: Decimal
    maximum: Decimal


SELIC_TARGET = Series("selic_target", "% per year", Decimal(0), Decimal(100))
USD_BRL_BUY = Series("usd_brl_buy", "BRL per USD", Decimal("0.1"), Decimal(100))
USD_BRL_SELL = Series("usd_brl_sell", "BRL per USD", Decimal("0.1"), Decimal(100))
IPCA_MONTHLY = Series("ipca_monthly_change", "%", Decimal(-10), Decimal(100))
RAIN = Series("rain", "mm", Decimal(0), Decimal(1000))
WIND_MAX = Series("wind_max", "km/h", Decimal(0), Decimal(300))
TEMPERATURE_MEAN = Series("temperature_mean", "°C", Decimal(-20), Decimal(55))


@dataclass(frozen=True)
class Reading:
    """One value: `region` is a name of `regions.REGIONS` or NATIONAL; a monthly value stands on its month's first day.

    Raises:
        ValueError: the value is outside the bounds of its series.
    """

    series: Series
    region: str
    date: date
    value: Decimal

    def __post_init__(self) -> None:
        if not self.series.minimum <= self.value <= self.series.maximum:
            raise ValueError(f"{self.value} is no {self.series.name} in {self.series.unit}")


class ChangedAnswerError(Exception):
    """The source answered, but not in the form that we know; the message names the field and the value found."""

    def __init__(self, source: str, field: str, value: object, expected: str) -> None:
        shown = repr(value)
        shown = shown if len(shown) <= 120 else f"{shown[:117]}..."
        super().__init__(
            f"The answer of {source} has changed: {field} is {shown}, expected {expected}."
            " Nothing was loaded; the previous values stay."
        )


def decode(source: str, body: bytes, shape: type[T]) -> T:
    """The JSON `body` as `shape`, strictly.

    Raises:
        ChangedAnswerError: no JSON (cut off, or an error page), or other fields or types than those of `shape`.
    """
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _changed(source, body, str(error)) from error


def _changed(source: str, body: bytes, problem: str) -> ChangedAnswerError:
    """Names the place that `problem` speaks of; where the body is no JSON, its end shows where it broke."""
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return ChangedAnswerError(source, "the body", body[-80:], f"JSON ({error})")
    expected, _, path = problem.partition(" - at `")
    path = path.rstrip("`") or "$"
    return ChangedAnswerError(source, path, _at(document, path), expected)


def _at(document: Any, path: str) -> Any:
    """What stands at a msgspec path like `$.hourly.time[3]`, or as deep as the document goes."""
    for name, index in re.findall(r"\.([^.\[\]]+)|\[(\d+)\]", path):
        try:
            document = document[name] if name else document[int(index)]
        except (KeyError, IndexError, TypeError):
            break
    return document


def reading(source: str, field: str, series: Series, region: str, day: date, value: str | Decimal) -> Reading:
    """A reading of `value`, a decimal number with a point.

    Raises:
        ChangedAnswerError: `value` is no number, or none that the series can take.
    """
    try:
        number = Decimal(value)
        if number.is_finite():
            return Reading(series, region, day, number.quantize(PLACES).normalize())
    except (InvalidOperation, ValueError):
        number = None
    expected = f"a number of {series.minimum:f} to {series.maximum:f} {series.unit}"
    raise ChangedAnswerError(source, field, str(value), expected)


def parse_day(source: str, field: str, text: str, pattern: str) -> date:
    """The day that `text` names by a `strptime` pattern.

    Raises:
        ChangedAnswerError: `text` is not of the pattern.
    """
    try:
        return datetime.strptime(text, pattern).date()
    except ValueError as error:
        raise ChangedAnswerError(source, field, text, f"a date like {pattern}") from error


def chunks(window: Window, days: int) -> Iterator[Window]:
    """The window in order, in pieces of at most `days` days: what an API gives at once."""
    first = window.first
    while first <= window.last:
        last = min(window.last, first + timedelta(days=days - 1))
        yield Window(first, last)
        first = last + timedelta(days=1)
