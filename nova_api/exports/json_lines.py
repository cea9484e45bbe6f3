"""JSON lines: one object for each row, as in a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from nova_api.listings.declaration import Column


class JsonLinesWriter:
    """Writes newline-delimited JSON."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._names = [column.name for column in columns]
        self._encoder = msgspec.json.Encoder()

    def begin(self) -> bytes:
        """Nothing."""
        return b""

    def write(self, rows: Sequence[Sequence[Any]]) -> bytes:
        """Lines of rows."""
        return self._encoder.encode_lines([dict(zip(self._names, row, strict=True)) for row in rows])

    def end(self) -> Iterator[bytes]:
        """Nothing."""
        return iter(())

    def close(self) -> None:
        """Nothing is held."""
