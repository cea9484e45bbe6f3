"""Arrow tables into PostgreSQL by COPY."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BufferedIOBase
from itertools import chain
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.csv
from psycopg import sql


class _CopyStream(BufferedIOBase):
    """Lets pyarrow write its CSV straight into an open COPY, batch by batch."""

    def __init__(self, copy: psycopg.Copy) -> None:
        self._copy = copy

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._copy.write(bytes(data))
        return len(data)


def copy_arrow(connection: psycopg.Connection, relation: sql.Identifier, tables: Iterable[pa.Table]) -> None:
    """COPY Arrow tables of the same columns, one after the other, into the columns of the same names.

    While one is written, the next is made. Null and the empty string stay apart: pyarrow writes the one bare and the
    other in quotes, which COPY reads alike.
    """
    remaining = _one_ahead(tables)
    first = next(remaining, None)
    if first is None:
        return
    columns = sql.SQL(", ").join(map(sql.Identifier, first.column_names))
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(relation, columns)
    with connection.cursor().copy(statement) as copy:
        for table in chain([first], remaining):
            pyarrow.csv.write_csv(
                _without_empty(table), _CopyStream(copy), pyarrow.csv.WriteOptions(include_header=False)
            )


def _without_empty(table: pa.Table) -> pa.Table:
    """The same rows: for a chunk without any, as filters and joins leave, pyarrow 26 writes its last buffer again."""
    return pa.Table.from_batches([batch for batch in table.to_batches() if batch.num_rows], table.schema)


def _one_ahead(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """The same tables, the next of which is made in a thread while one is in use."""
    remaining = iter(tables)
    with ThreadPoolExecutor(1) as other:
        coming = other.submit(next, remaining, None)
        while (table := coming.result()) is not None:
            coming = other.submit(next, remaining, None)
            yield table
