"""The audit log as a file, made while it is sent."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import msgspec

from nova_api.audit.schemas import AuditEntry, ExportFormat

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a text begins that a spreadsheet would compute."""

MEDIA_TYPES: Mapping[ExportFormat, str] = MappingProxyType(
    {"csv": "text/csv; charset=utf-8", "ndjson": "application/x-ndjson"}
)


async def as_lines(
    first: list[AuditEntry], rest: AsyncIterator[list[AuditEntry]], wanted: ExportFormat
) -> AsyncIterator[bytes]:
    """The lines of a file: of what was read already, then of the rest."""
    write: Callable[[Sequence[AuditEntry]], bytes] = csv_lines if wanted == "csv" else ndjson_lines
    if wanted == "csv":
        yield _csv([AuditEntry.__struct_fields__])
    yield write(first)
    async for entries in rest:
        yield write(entries)


def ndjson_lines(entries: Sequence[AuditEntry]) -> bytes:
    """An object on each line."""
    return msgspec.json.Encoder().encode_lines(entries)


def csv_lines(entries: Sequence[AuditEntry]) -> bytes:
    """Lines with commas (RFC 4180); details are JSON."""
    return _csv([[_cell(value) for value in msgspec.structs.astuple(entry)] for entry in entries])


def _csv(rows: Sequence[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _cell(value: Any) -> Any:
    if isinstance(value, dict):
        return msgspec.json.encode(value).decode()
    if isinstance(value, str):
        # What clients chose is in here: a spreadsheet must take it for text.
        return f"'{value}" if value.startswith(FORMULA) else value
    return value.isoformat() if hasattr(value, "isoformat") else value
