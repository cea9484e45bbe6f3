"""CSV (RFC 4180) in UTF-8, safe to open in a spreadsheet program."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from nova_api.exports.cells import finite, json_text
from nova_api.listings.declaration import Column

FORMULA = frozenset("=+-@\t\r\n")
"""A text that begins with one of these may be taken for a formula."""


def harmless(text: str | None) -> str | None:
    """The text, with an apostrophe before it where a spreadsheet program could run it as a formula."""
    return f"'{text}" if text and text[0] in FORMULA else text


def _instant(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat().replace("+00:00", "Z")


def _truth(value: bool | None) -> str | None:
    return None if value is None else str(value).lower()


CONVERSIONS: dict[Any, Callable[[Any], Any]] = {
    str: harmless,
    float: finite,
    bool: _truth,
    datetime: _instant,
    list: json_text,
    dict: json_text,
}
"""What is not written as it is, by type; nothing is written for None."""


class CommaSeparatedWriter:
    """Writes CSV with a line of names."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._names = [column.name for column in columns]
        self._conversions = [
            (index, CONVERSIONS[column.type]) for index, column in enumerate(columns) if column.type in CONVERSIONS
        ]

    def begin(self) -> bytes:
        """The line of names."""
        return self._lines([self._names])

    def write(self, rows: Sequence[Sequence[Any]]) -> bytes:
        """Lines of rows."""
        cells = [list(row) for row in rows]
        for index, convert in self._conversions:
            for row in cells:
                row[index] = convert(row[index])
        return self._lines(cells)

    def end(self) -> Iterator[bytes]:
        """Nothing."""
        return iter(())

    def close(self) -> None:
        """Nothing is held."""

    def _lines(self, cells: Sequence[Sequence[Any]]) -> bytes:
        text = io.StringIO(newline="")
        csv.writer(text).writerows(cells)
        return text.getvalue().encode()
