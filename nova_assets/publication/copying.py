"""Arrow tables into PostgreSQL by COPY."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from io import BufferedIOBase
from itertools import chain
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.csv
from psycopg import sql
from pyarrow.compute import RoundTemporalOptions
from pyarrow.compute import call_function as call


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

    While one is written, the next is made.
    """
    remaining = one_ahead(tables)
    first = next(remaining, None)
    if first is not None:
        _copy(connection, relation, chain([first], remaining), first.column_names)


def copy_frozen(connection: psycopg.Connection, relation: sql.Identifier, table: pa.Table) -> None:
    """COPY an Arrow table into a relation that the same transaction made or emptied.

    Its rows are frozen, so that nobody who reads them has to write down that they are visible.
    """
    _copy(connection, relation, [table], table.column_names, freeze=True)


def by_month(tables: Iterable[pa.Table], column: str) -> Iterator[tuple[date | None, pa.Table]]:
    """The rows of Arrow tables by the month of the date in `column`: its first day, None where there is no date."""
    for table in tables:
        firsts = call("floor_temporal", [table[column]], RoundTemporalOptions(unit="month"))
        found = firsts.unique().to_pylist()
        for month in found:
            of_month = call("equal", [firsts, month]) if month else call("is_null", [firsts])
            yield month, table if len(found) == 1 else table.filter(of_month)


def _copy(
    connection: psycopg.Connection,
    relation: sql.Identifier,
    tables: Iterable[pa.Table],
    names: Sequence[str],
    *,
    freeze: bool = False,
) -> None:
    """Null and the empty string stay apart: pyarrow writes the one bare, the other in quotes, and COPY reads alike."""
    options = sql.SQL("FORMAT csv, FREEZE" if freeze else "FORMAT csv")
    columns = sql.SQL(", ").join(map(sql.Identifier, names))
    statement = sql.SQL("COPY {} ({}) FROM STDIN ({})").format(relation, columns, options)
    with connection.cursor().copy(statement) as copy:
        for table in tables:
            pyarrow.csv.write_csv(
                _without_empty(table), _CopyStream(copy), pyarrow.csv.WriteOptions(include_header=False)
            )


def _without_empty(table: pa.Table) -> pa.Table:
    """The same rows: for a chunk without any, as filters and joins leave, pyarrow 26 writes its last buffer again."""
    return pa.Table.from_batches([batch for batch in table.to_batches() if batch.num_rows], table.schema)


def one_ahead(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """The same tables, the next of which is made in a thread while one is in use."""
    remaining = iter(tables)
    with ThreadPoolExecutor(1) as other:
        coming = other.submit(next, remaining, None)
        while (table := coming.result()) is not None:
            coming = other.submit(next, remaining, None)
            yield table
