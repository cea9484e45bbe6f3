"""Arrow's stream format, by nanoarrow: pyarrow is fifty times its size and no part of the API."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from nova_api.exports.cells import finite, json_text
from nova_api.listings.declaration import Column

EPOCH_DAY = date(1970, 1, 1).toordinal()
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _days(value: date | None) -> int | None:
    return None if value is None else value.toordinal() - EPOCH_DAY


def _microseconds(value: datetime | None) -> int | None:
    return None if value is None else (value - EPOCH) // timedelta(microseconds=1)


CONVERSIONS: dict[Any, Callable[[Any], Any]] = {
    float: finite,
    date: _days,
    datetime: _microseconds,
    list: json_text,
    dict: json_text,
}
"""What nanoarrow takes in another form, by type."""


class _Sink(io.RawIOBase):
    """Keeps what is written until it is taken."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        taken, self._parts = b"".join(self._parts), []
        return taken


class ArrowWriter:
    """Writes a record batch for each chunk; lists and documents are JSON texts."""

    def __init__(self, columns: Sequence[Column]) -> None:
        # Not before: it would be loaded by every process that serves.
        import nanoarrow
        from nanoarrow.ipc import StreamWriter

        types = {
            int: nanoarrow.int64(),
            float: nanoarrow.float64(),
            bool: nanoarrow.bool_(),
            date: nanoarrow.date32(),
            datetime: nanoarrow.timestamp("us", "UTC"),
        }
        self._nanoarrow = nanoarrow
        self._types = [types.get(column.type, nanoarrow.string()) for column in columns]
        self._conversions = [CONVERSIONS.get(column.type) for column in columns]
        names = [column.name for column in columns]
        self._schema = nanoarrow.struct(dict(zip(names, self._types, strict=True)))
        self._sink = _Sink()
        self._stream = StreamWriter.from_writable(self._sink)

    def begin(self) -> bytes:
        """The schema."""
        self._stream.write_stream(self._nanoarrow.c_array_stream(self._batch([])), write_schema=True)
        return self._sink.take()

    def write(self, rows: Sequence[Sequence[Any]]) -> bytes:
        """A record batch."""
        self._stream.write_array(self._batch(rows))
        return self._sink.take()

    def end(self) -> Iterator[bytes]:
        """The mark of the end."""
        self._stream.close()
        yield self._sink.take()

    def close(self) -> None:
        """Nothing is held but memory."""

    def _batch(self, rows: Sequence[Sequence[Any]]) -> Any:
        columns = zip(*rows, strict=True) if rows else ((),) * len(self._types)
        children = [
            self._nanoarrow.c_array([convert(value) for value in values] if convert else list(values), kind)
            for values, kind, convert in zip(columns, self._types, self._conversions, strict=True)
        ]
        return self._nanoarrow.c_array_from_buffers(self._schema, len(rows), [None], null_count=0, children=children)
