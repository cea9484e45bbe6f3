"""Excel workbooks, written row by row to a temporary file: their parts can only be put together at the end."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from nova_api.exports.cells import finite, json_text
from nova_api.listings.declaration import Column

MOST_ROWS = 1_048_575
"""Rows of a sheet below its names."""

LONGEST_TEXT = 32_767
"""Characters that a cell holds; what is longer is cut there."""

PIECE = 256 * 1024
WIDTH = 18
"""Of a column, in characters."""


class SpreadsheetWriter:
    """Writes a workbook of one sheet.

    A text is written as a text whatever it begins with, so nothing of it is ever run as a formula. Instants are UTC:
    the format knows no zones.
    """

    def __init__(self, columns: Sequence[Column]) -> None:
        # Not before: the package is large, and most processes never make a workbook.
        import xlsxwriter

        self._columns = columns
        self._folder = tempfile.TemporaryDirectory(prefix="nova-export-")
        self._path = Path(self._folder.name) / "export.xlsx"
        options = {"constant_memory": True, "tmpdir": self._folder.name, "remove_timezone": True}
        self._book = xlsxwriter.Workbook(str(self._path), options)
        self._sheet: Any = self._book.add_worksheet()
        self._next_row = 1
        self._writes = [self._write_of(column) for column in columns]

    def begin(self) -> bytes:
        """Nothing yet; the names are in the sheet."""
        self._sheet.freeze_panes(1, 0)
        if self._columns:
            self._sheet.set_column(0, len(self._columns) - 1, WIDTH)
        bold = self._book.add_format({"bold": True})
        for index, column in enumerate(self._columns):
            self._sheet.write_string(0, index, column.name, bold)
        return b""

    def write(self, rows: Sequence[Sequence[Any]]) -> bytes:
        """Nothing yet; the rows are in the sheet."""
        for row in rows:
            for index, (value, write) in enumerate(zip(row, self._writes, strict=True)):
                if value is not None:
                    write(self._next_row, index, value)
            self._next_row += 1
        return b""

    def end(self) -> Iterator[bytes]:
        """The file, in pieces."""
        self._book.close()
        with self._path.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece

    def close(self) -> None:
        """Delete the temporary files."""
        self._folder.cleanup()

    def _write_of(self, column: Column) -> Callable[[int, int, Any], object]:
        sheet = self._sheet
        if column.type is float:
            return self._number
        if column.type in (list, dict):
            return lambda row, index, value: self._text(row, index, json_text(value) or "")
        day = self._book.add_format({"num_format": "yyyy-mm-dd"})
        instant = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        of_type: dict[Any, Callable[[int, int, Any], object]] = {
            int: sheet.write_number,
            bool: sheet.write_boolean,
            date: lambda row, index, value: sheet.write_datetime(row, index, value, day),
            datetime: lambda row, index, value: sheet.write_datetime(row, index, value, instant),
        }
        return of_type.get(column.type, self._text)

    def _text(self, row: int, index: int, value: str) -> None:
        self._sheet.write_string(row, index, value[:LONGEST_TEXT])

    def _number(self, row: int, index: int, value: float) -> None:
        if finite(value) is not None:
            self._sheet.write_number(row, index, value)
