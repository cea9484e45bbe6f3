"""Reads of the audit log, in the order of what happened last."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import msgspec

from nova_api import paging
from nova_api.audit.schemas import AuditEntry, AuditFilter, AuditPage
from nova_api.database import Database
from nova_api.sqltexts import read_sql

EXPORTED_AT_ONCE = 2000

CONDITIONS = {
    "first": "at >= {}",
    "end": "at < {}",
    "actor": "actor = {}",
    "action": "action = {}",
    "subject_kind": "subject_kind = {}",
    "subject_id": "subject_id = {}",
    "route": "route = {}",
    "status": "status = {}",
}
"""What each field of a filter means to PostgreSQL: only those that are asked for, so that their indexes are used."""

Place = tuple[datetime, int]


async def page(database: Database, wanted: AuditFilter, limit: int, cursor: str | None) -> AuditPage:
    """A page, and the cursor of the next.

    Raises:
        BadCursorError: when the cursor is none of this filter.
    """
    after = None if cursor is None else _place(paging.decode(cursor, wanted))
    async with database.transaction(read_only=True) as connection:
        entries = await _entries(connection, wanted, limit + 1, after)
    shown = entries[:limit]
    more = len(entries) > limit
    return AuditPage(data=shown, next_cursor=_cursor(shown[-1], wanted) if more else None)


async def batches(database: Database, wanted: AuditFilter) -> AsyncIterator[list[AuditEntry]]:
    """All events, some at a time; the first batch may be empty.

    Each batch is a query of its own that begins where the last one ended: nothing is ever changed before that place, so
    they fit together, and a slow reader holds neither a connection nor a snapshot.
    """
    after: Place | None = None
    while True:
        async with database.transaction(read_only=True) as connection:
            entries = await _entries(connection, wanted, EXPORTED_AT_ONCE, after)
        yield entries
        if len(entries) < EXPORTED_AT_ONCE:
            return
        after = (entries[-1].at, entries[-1].event_id)


async def _entries(connection: Any, wanted: AuditFilter, limit: int, after: Place | None) -> list[AuditEntry]:
    arguments: list[Any] = [limit]
    conditions = ["true"]

    def condition(text: str, *values: Any) -> None:
        numbers = [f"${len(arguments) + number}" for number in range(1, len(values) + 1)]
        arguments.extend(values)
        conditions.append(text.format(*numbers))

    for field, text in CONDITIONS.items():
        value = getattr(wanted, field)
        if value is not None:
            condition(text, value)
    if after is not None:
        condition("(at, event_id) < ({}, {})", *after)
    sql = read_sql("audit_page").replace("WHERE {conditions}", "WHERE " + " AND ".join(conditions))
    return [AuditEntry(**row) for row in await connection.fetch(sql, *arguments)]


def _cursor(last: AuditEntry, wanted: AuditFilter) -> str:
    return paging.encode(paging.Cursor(paging.fingerprint(wanted), (last.at.isoformat(), str(last.event_id))))


def _place(cursor: paging.Cursor) -> Place:
    try:
        return msgspec.convert(cursor.place, Place, strict=False)
    except msgspec.ValidationError as error:
        raise paging.BadCursorError("this is not a cursor of this API: pass next_cursor of the page before") from error
