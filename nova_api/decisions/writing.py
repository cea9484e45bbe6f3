"""A planner's write, from the request to its answer, in one transaction: the entry, its version and the audit event."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

from nova_api.audit.events import AuditEvent, record
from nova_api.auth.requests import AuthenticatedRequest
from nova_api.database import Database
from nova_api.decisions.books import Book, Standing, now
from nova_api.decisions.idempotency import WriteAnswer, answer_once, fingerprint
from nova_api.errors import PreconditionFailedError
from nova_api.http.cached import version_header
from nova_api.http.conditional import quoted, tag_asked
from nova_api.sqltexts import read_sql

Insert = Callable[[Any, Standing], Awaitable[int]]
"""Checks what is asked against how the subject stands, and writes the entry; returns its key."""

NOT_TOLD = frozenset({"versions", "state"})


async def write_entry(
    request: AuthenticatedRequest,
    database: Database,
    book: Book[Standing],
    subject_id: Any,
    asked: msgspec.Struct,
    verb: str,
    insert: Insert[Standing],
) -> WriteAnswer:
    """Write an entry about a subject, unless the request's key says that it was written already.

    Raises:
        PreconditionRequiredError: without If-Match.
        PreconditionFailedError: when the subject, or what was decided about it, is not what If-Match names.
        ReusedKeyError: when the key was used for another write.
        UnknownError: when there is no such subject.
        RefusedError, ConflictError: whatever `insert` refuses.
    """
    state = tag_asked(request.headers.get("if-match"))
    key, wanted = request.headers["idempotency-key"], fingerprint(request.url.path, asked)

    async with database.transaction() as connection:

        async def write() -> WriteAnswer:
            before = await _take_turn(connection, book, subject_id)
            _require(state, before)
            entry_id = await insert(connection, before)
            after = await _record(request, connection, book, subject_id, before, verb, entry_id)
            return answer(201, after)

        return await answer_once(connection, request.user.user_id, key, wanted, write)


async def withdraw_entry(
    request: AuthenticatedRequest, database: Database, book: Book[Standing], subject_id: Any, entry_id: int
) -> WriteAnswer:
    """Take an entry back; one that was taken back before is left as it is.

    Raises:
        PreconditionRequiredError, PreconditionFailedError: as `write_entry`.
        UnknownError: when there is no such subject or entry.
    """
    state = tag_asked(request.headers.get("if-match"))
    async with database.transaction() as connection:
        before = await _take_turn(connection, book, subject_id)
        if book.entry_of(before, entry_id).withdrawn_at is not None:
            return answer(200, before)
        _require(state, before)
        await book.withdraw(connection, subject_id, entry_id, request.user.user_id)
        return answer(200, await _record(request, connection, book, subject_id, before, book.withdrawn, entry_id))


def answer(status: int, standing: Standing) -> WriteAnswer:
    """How a subject stands, as an answer whose ETag the next write names."""
    headers = {
        "ETag": quoted(standing.state, compressed=False),
        "Cache-Control": "no-store",
        "X-Data-Version": version_header(standing.versions),
    }
    return WriteAnswer(status=status, headers=headers, body=msgspec.json.encode(standing))


async def _take_turn(connection: Any, book: Book[Standing], subject_id: Any) -> Standing:
    await connection.execute(read_sql("take_turns"), f"{book.subject} {subject_id}")
    return await book.read(await now(connection, book.datasets), subject_id)


def _require(state: str, present: Standing) -> None:
    if state != present.state:
        raise PreconditionFailedError("the proposal or a decision on it is another one by now: read it again")


async def _record(
    request: AuthenticatedRequest,
    connection: Any,
    book: Book[Standing],
    subject_id: Any,
    before: Standing,
    action: str,
    entry_id: int,
) -> Standing:
    after = await book.read(await now(connection, book.datasets), subject_id)
    details = {
        "entry": msgspec.to_builtins(book.entry_of(after, entry_id)),
        "before": _told(before, book),
        "after": _told(after, book),
    }
    about = (book.subject, str(subject_id))
    await record(connection, AuditEvent.of_request(request.scope, action, subject=about, details=details))
    return after


def _told(standing: Standing, book: Book[Standing]) -> Mapping[str, Any]:
    """What holds of a subject, for the audit log; the entries are there one by one."""
    untold = NOT_TOLD | {book.entries}
    return {name: value for name, value in msgspec.to_builtins(standing).items() if name not in untold}
