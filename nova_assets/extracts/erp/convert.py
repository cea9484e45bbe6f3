"""Turns rows of an ERP extract, all text, into the typed columns of their table; rows that do not fit are set apart.

Whole columns at a time: a batch of 50,000 rows costs no Python object per value.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
from pyarrow.compute import MatchSubstringOptions, StrftimeOptions, StrptimeOptions
from pyarrow.compute import call_function as call

from nova_assets.registry import Column, Table

NUMBER = r"^[+-]?\d+(\.\d+)?$"
DAY = r"^\d{8}$"


@dataclass(frozen=True)
class Converted:
    """A batch after conversion: the rows that fit, and what was wrong with the others."""

    rows: pa.Table
    rejected: pa.Table
    """Columns `record_id`, `reason`, `detail`, `raw` (JSON of the row as read)."""


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
    texts = {name: _trimmed(batch.column(name)) for name in table.column_names}
    values = {column.name: _typed(column, texts[column.name]) for column in table.columns}
    reason = _reasons(table, values)
    fits = call("is_null", [reason])
    typed = pa.table(values)
    return Converted(typed.filter(fits), _rejected(texts, reason, call("invert", [fits])))


def _trimmed(column: pa.Array) -> pa.Array:
    text = column if pa.types.is_string(column.type) else column.cast(pa.string())
    trimmed = call("utf8_trim_whitespace", [text])
    return _only_where(call("not_equal", [trimmed, ""]), trimmed)


def _typed(column: Column, text: pa.Array) -> pa.Array:
    if column.type == "date":
        fitting = _matching(text, DAY)
        stamp = call("strptime", [fitting], StrptimeOptions("%Y%m%d", "s", error_is_null=True))
        # strptime rolls 31 February over into March: only a day that prints as it was read is one.
        printed = call("strftime", [stamp], StrftimeOptions("%Y%m%d"))
        return _only_where(call("equal", [printed, fitting]), stamp).cast(pa.date32())
    if column.type == "bigint":
        return _matching(text, NUMBER).cast(pa.int64())
    if column.type == "boolean":
        return call("equal", [text, "1"])
    return _matching(text, NUMBER) if column.type.startswith("numeric") else text


def _matching(text: pa.Array, pattern: str) -> pa.Array:
    return _only_where(call("match_substring_regex", [text], MatchSubstringOptions(pattern)), text)


def _only_where(condition: pa.Array, values: pa.Array) -> pa.Array:
    """The values where the condition holds, null elsewhere."""
    return call("if_else", [condition, values, pa.scalar(None, values.type)])


def _reasons(table: Table, values: Mapping[str, pa.Array]) -> pa.Array:
    """Per row the first column that must have a value and has none; null where the row fits."""
    absent = [
        _only_where(call("is_null", [values[column.name]]), pa.array([column.name] * len(values[column.name])))
        for column in table.columns
        if not column.nullable
    ]
    return call("coalesce", absent)


def _rejected(texts: Mapping[str, pa.Array], reason: pa.Array, broken: pa.Array) -> pa.Table:
    rows = pa.table(dict(texts)).filter(broken).to_pylist()
    columns = reason.filter(broken).to_pylist()
    return pa.table(
        {
            "record_id": pa.array([int(row["record_id"] or 0) for row in rows], pa.int64()),
            "reason": pa.array([f"{name}_unusable" for name in columns], pa.string()),
            "detail": pa.array([f"{n} is {r[n] or 'empty'}" for n, r in zip(columns, rows, strict=True)], pa.string()),
            "raw": pa.array([json.dumps(row, ensure_ascii=False) for row in rows], pa.string()),
        }
    )
