"""Turns rows of an ERP extract, texts or numbers, into the typed columns of their table; the others are set apart.

Whole columns at a time, and each different text of a column once: no Python object is made per value.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
from pyarrow.compute import MatchSubstringOptions, SetLookupOptions, StrftimeOptions, StrptimeOptions
from pyarrow.compute import call_function as call

from nova_assets.extracts.units import UNIT_SPELLINGS
from nova_assets.registry import Column, Table

NUMBER = r"^[+-]?\d+(\.\d+)?$"
DAY = r"^\d{8}$"
INSTANT = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d{1,6})?"
ZONE = r"(Z|[+-]\d{2}(:?\d{2})?)$"
LARGEST = 1e14
"""What a numeric(18,4) cannot hold any more."""


@dataclass(frozen=True)
class Converted:
    """A batch after conversion: the rows that fit, and what was wrong with the others."""

    rows: pa.Table
    rejected: pa.Table
    """Columns of `support.rejected_erp_rows`; `raw` is the JSON of the row as read."""


def convert(table: Table, batch: pa.RecordBatch) -> Converted:
    """Convert a batch of the extract behind `table`.

    A value that is missing or unreadable rejects its row where the column must have one, and is left out where it may
    be null. The first such column, in the table's order, is the reason.

    Raises:
        ValueError: the query does not return the table's columns; the message names them.
    """
    missing = [name for name in table.column_names if name not in batch.schema.names]
    if missing:
        raise ValueError(f"{table.relation}: the query returns no column {', '.join(missing)}")
    values = {column.name: _values(column, batch.column(column.name)) for column in table.columns}
    reason = _reasons(table, values)
    if reason.null_count == batch.num_rows:
        return Converted(pa.table(values), _rejected(table, batch.slice(0, 0), reason.slice(0, 0)))
    fits = call("is_null", [reason])
    broken = call("invert", [fits])
    return Converted(pa.table(values).filter(fits), _rejected(table, batch.filter(broken), reason.filter(broken)))


def _text(column: pa.Array) -> pa.Array:
    return column if pa.types.is_string(column.type) else column.cast(pa.string())


def _trimmed(column: pa.Array) -> pa.Array:
    trimmed = call("utf8_trim_whitespace", [_text(column)])
    return _only_where(call("not_equal", [trimmed, ""]), trimmed)


def _values(column: Column, read: pa.Array) -> pa.Array:
    """The column's values; null where one is missing or unreadable."""
    if column.type == "bigint" and pa.types.is_integer(read.type):
        return read
    if column.type.startswith("numeric") and pa.types.is_floating(read.type):
        # Not a number is less than nothing.
        return _only_where(call("less", [call("abs", [read]), LARGEST]), read)
    texts = _text(read).dictionary_encode()
    return call("take", [_typed(column, _trimmed(texts.dictionary)), texts.indices])


def _typed(column: Column, text: pa.Array) -> pa.Array:
    if column.type == "date":
        fitting = _matching(text, DAY)
        stamp = call("strptime", [fitting], StrptimeOptions("%Y%m%d", "s", error_is_null=True))
        # strptime rolls 31 February over into March: only a day that prints as it was read is one.
        printed = call("strftime", [stamp], StrftimeOptions("%Y%m%d"))
        return _only_where(call("equal", [printed, fitting]), stamp).cast(pa.date32())
    if column.type == "timestamptz":
        return _instants(text)
    if column.type == "bigint":
        return _matching(text, NUMBER).cast(pa.int64())
    if column.type == "boolean":
        return call("equal", [text, "1"])
    if column.name == "unit":
        return _one_spelling(text)
    return _matching(text, NUMBER) if column.type.startswith("numeric") else text


def _instants(text: pa.Array) -> pa.Array:
    """Instants as databases print them; one without a zone is in UTC."""
    zoned = _matching(text, INSTANT + ZONE)
    plain = call("binary_join_element_wise", [_matching(text, INSTANT + "$"), "Z", ""])
    return call("coalesce", [zoned, plain]).cast(pa.timestamp("us", "UTC"))


def _one_spelling(units: pa.Array) -> pa.Array:
    upper = call("utf8_upper", [units])
    spellings, usual = map(list, zip(*UNIT_SPELLINGS.items(), strict=True))
    known = call("index_in", [upper], SetLookupOptions(pa.array(spellings)))
    return call("coalesce", [call("take", [pa.array(usual), known]), upper])


def _matching(text: pa.Array, pattern: str) -> pa.Array:
    return _only_where(call("match_substring_regex", [text], MatchSubstringOptions(pattern)), text)


def _only_where(condition: pa.Array, values: pa.Array) -> pa.Array:
    """The values where the condition holds, null elsewhere."""
    return call("if_else", [condition, values, pa.scalar(None, values.type)])


def _reasons(table: Table, values: Mapping[str, pa.Array]) -> pa.Array:
    """Per row the first column that must have a value and has none; null where the row fits."""
    rows = len(next(iter(values.values())))
    absent = [
        _only_where(call("is_null", [values[column.name]]), pa.repeat(column.name, rows))
        for column in table.columns
        if not column.nullable and values[column.name].null_count
    ]
    return call("coalesce", absent) if absent else pa.nulls(rows, pa.string())


def reject_all(batch: pa.RecordBatch, reason: str) -> pa.Table:
    """Rows that are rejected whatever they hold: columns `extract`, `record_id`, `day` and others, kept as read."""
    texts = {name: _text(batch.column(name)) for name in batch.schema.names}
    return pa.table(
        {
            "extract": texts["extract"],
            "record_id": texts["record_id"].cast(pa.int64()),
            "day": texts["day"],
            "reason": pa.repeat(reason, batch.num_rows),
            "detail": pa.array([f"day is {day!r}" for day in texts["day"].to_pylist()], pa.string()),
            "raw": _as_json(pa.table(texts)),
        }
    )


def _rejected(table: Table, batch: pa.RecordBatch, reason: pa.Array) -> pa.Table:
    rows = pa.table({name: _trimmed(batch.column(name)) for name in table.column_names})
    columns, values = reason.to_pylist(), rows.to_pylist()
    return pa.table(
        {
            "extract": pa.array([table.name.removeprefix("erp_")] * rows.num_rows, pa.string()),
            "record_id": rows["record_id"].cast(pa.int64()),
            "day": rows[table.window_column] if table.window_column else pa.nulls(rows.num_rows, pa.string()),
            "reason": pa.array([f"{name}_unusable" for name in columns], pa.string()),
            "detail": pa.array(
                [f"{name} is {row[name] or 'empty'}" for name, row in zip(columns, values, strict=True)], pa.string()
            ),
            "raw": _as_json(rows),
        }
    )


def _as_json(rows: pa.Table) -> pa.Array:
    return pa.array([json.dumps(row, ensure_ascii=False) for row in rows.to_pylist()], pa.string())
