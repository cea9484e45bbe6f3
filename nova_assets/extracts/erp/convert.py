"""Turns rows of an ERP extract, all text, into the typed columns of their table; rows that do not fit are set apart.

Whole columns at a time: a batch of 50,000 rows costs no Python object per value.
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
    texts = {name: _trimmed(batch.column(name)) for name in table.column_names}
    values = {column.name: _typed(column, texts[column.name]) for column in table.columns}
    reason = _reasons(table, values)
    fits = call("is_null", [reason])
    typed = pa.table(values)
    return Converted(typed.filter(fits), _rejected(table, texts, reason, call("invert", [fits])))


def _text(column: pa.Array) -> pa.Array:
    return column if pa.types.is_string(column.type) else column.cast(pa.string())


def _trimmed(column: pa.Array) -> pa.Array:
    trimmed = call("utf8_trim_whitespace", [_text(column)])
    return _only_where(call("not_equal", [trimmed, ""]), trimmed)


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
    absent = [
        _only_where(call("is_null", [values[column.name]]), pa.array([column.name] * len(values[column.name])))
        for column in table.columns
        if not column.nullable
    ]
    return call("coalesce", absent)


def reject_all(batch: pa.RecordBatch, reason: str) -> pa.Table:
    """Rows that are rejected whatever they hold: columns `extract`, `record_id`, `day` and others, kept as read."""
    texts = {name: _text(batch.column(name)) for name in batch.schema.names}
    return pa.table(
        {
            "extract": texts["extract"],
            "record_id": texts["record_id"].cast(pa.int64()),
            "day": texts["day"],
            "reason": pa.array([reason] * batch.num_rows, pa.string()),
            "detail": pa.array([f"day is {day!r}" for day in texts["day"].to_pylist()], pa.string()),
            "raw": _as_json(pa.table(texts)),
        }
    )


def _rejected(table: Table, texts: Mapping[str, pa.Array], reason: pa.Array, broken: pa.Array) -> pa.Table:
    rows = pa.table(dict(texts)).filter(broken)
    columns = reason.filter(broken).to_pylist()
    values = rows.to_pylist()
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
