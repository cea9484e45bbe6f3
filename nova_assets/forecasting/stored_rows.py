"""Rows that are made part by part, on disk until all of them go into the lake in one commit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

ROWS_PER_BATCH = 4_096
"""Rows that are read back together: about a megabyte, of which the lake's writer holds a few at a time."""


@dataclass(frozen=True)
class StoredRows:
    """An Arrow file that is written once and then read from its beginning, any number of times.

    Arrow's datasets read such a file too, but much of it ahead of whoever takes the rows; and a generator in Python
    would make the lake's writers wait for the interpreter, which other threads hold while they wait for the lake.
    """

    path: Path
    schema: pa.Schema

    @contextmanager
    def writing(self) -> Iterator[Callable[[pa.Table], None]]:
        """Gives what takes the rows, table by table; they can be read when the context has ended."""
        options = pa.ipc.IpcWriteOptions(compression="lz4")
        with pa.OSFile(str(self.path), "wb") as file, pa.ipc.new_stream(file, self.schema, options=options) as writer:
            yield lambda rows: writer.write_table(rows, ROWS_PER_BATCH)

    def to_reader(self) -> pa.RecordBatchReader:
        """All rows, in the order in which they were written."""
        return pa.ipc.open_stream(pa.OSFile(str(self.path)))
