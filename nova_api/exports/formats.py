"""The formats of exports: what each is called, and what writes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, Protocol

from nova_api.exports.arrow import ArrowWriter
from nova_api.exports.comma_separated import CommaSeparatedWriter
from nova_api.exports.json_lines import JsonLinesWriter
from nova_api.exports.spreadsheet import MOST_ROWS, SpreadsheetWriter
from nova_api.listings.declaration import Column

FormatName = Literal["csv", "xlsx", "ndjson", "arrow"]


class Writer(Protocol):
    """Makes a file of rows that come in chunks; what it is called with is never on the event loop."""

    def begin(self) -> bytes:
        """What stands before the rows."""
        ...

    def write(self, rows: Sequence[Sequence[Any]]) -> bytes:
        """Take rows; returns what is ready."""
        ...

    def end(self) -> Iterator[bytes]:
        """What stands behind the rows, and all that was not ready before."""
        ...

    def close(self) -> None:
        """Let go of what it holds, finished or not."""
        ...


@dataclass(frozen=True)
class Format:
    """One format.

    Attributes:
        media_type: of the response.
        writer: makes what writes rows of some columns.
        most_rows: as many as the format can hold; None: any number.
    """

    media_type: str
    writer: Callable[[Sequence[Column]], Writer]
    most_rows: int | None = None


FORMATS: Mapping[FormatName, Format] = MappingProxyType(
    {
        "csv": Format("text/csv; charset=utf-8", CommaSeparatedWriter),
        "xlsx": Format(
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", SpreadsheetWriter, MOST_ROWS
        ),
        "ndjson": Format("application/x-ndjson", JsonLinesWriter),
        "arrow": Format("application/vnd.apache.arrow.stream", ArrowWriter),
    }
)
"""By the name in the parameter `format`, which is the file's extension too."""
