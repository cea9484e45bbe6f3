"""Calls of the API, written to the audit log in batches behind the answers.

A call waits no longer than an interval, or until there is a batch of them. Nobody waits for it: when PostgreSQL is away
or slow the backlog grows to its bound, and what comes then is lost, counted, and told by an event of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

import asyncpg

from nova_api.audit.backlog import Backlog, Loss
from nova_api.audit.events import Address, AuditEvent, address, hash_user_agent, record, user_agent
from nova_api.auth.principal import caller
from nova_api.database import Database
from nova_api.errors import UnavailableError
from nova_api.http.request_id import request_id
from nova_api.sqltexts import read_sql

AUDITED = "/api/"
"""Calls below this path are audited; those of supervisors and of the reference page are not."""

REMEMBERED = 1024
log = logging.getLogger(__name__)


class Call(NamedTuple):
    """One call; the fields are columns of `support.audit_logs`."""

    at: datetime
    action: str
    actor: str | None
    role: str | None
    method: str
    route: str | None
    status: int | None
    duration_ms: float
    request_id: str
    ip: Address | None
    user_agent_hash: str | None
    cache: str | None


class CallLog:
    """Collects calls and writes them.

    Attributes:
        written: calls that are in the audit log.
        lost: calls that found no room, or that could not be written before the process ended.
    """

    def __init__(
        self,
        database: Database,
        *,
        bound: int = 20_000,
        batch: int = 500,
        interval: float = 0.25,
        patience: float = 5.0,
    ) -> None:
        """Prepare; nothing is collected before `start`.

        Args:
            database: where they are written.
            bound: calls that may wait.
            batch: calls that are written at once.
            interval: seconds that a call waits at most for others to be written with.
            patience: seconds that the end of the process waits for what is not written yet.
        """
        self.written = 0
        self.lost = 0
        self._database = database
        self._backlog: Backlog[Call] = Backlog(bound)
        self._batch, self._interval, self._patience = batch, interval, patience
        self._waiting, self._enough = asyncio.Event(), asyncio.Event()
        self._stopping = False
        self._months_made_on: date | None = None
        self._writer: asyncio.Task[None] | None = None
        self._hash = lru_cache(REMEMBERED)(hash_user_agent)
        self._address = lru_cache(REMEMBERED)(address)

    @property
    def waiting(self) -> int:
        """Calls that are not written yet."""
        return len(self._backlog)

    def start(self) -> None:
        """Begin to write, where there is something to write to."""
        if self._database.writes:
            self._writer = asyncio.create_task(self._write_for_ever(), name="audit of calls")

    async def stop(self) -> None:
        """Write what waits, as far as that can be done soon; count the rest as lost."""
        if self._writer is None:
            return
        self._stopping = True
        self._waiting.set()
        self._enough.set()
        done, _ = await asyncio.wait([self._writer], timeout=self._patience)
        if not done:
            self._writer.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._writer
        self._writer = None
        if self.waiting:
            self.lost += self.waiting
            log.error("%d calls were not written to the audit log before the end", self.waiting)

    def observe(self, scope: Mapping[str, Any], status: int | None, seconds: float, cache: str | None) -> None:
        """Collect a call that was answered."""
        if self._writer is None or not scope["path"].startswith(AUDITED):
            return
        principal, client = caller(scope), scope.get("client")
        now = datetime.now(UTC)
        call = Call(
            at=now,
            action="api.call",
            actor=principal.user_id if principal else None,
            role=principal.role if principal else None,
            method=scope["method"],
            route=scope.get("path_template"),
            status=status,
            duration_ms=seconds * 1000,
            request_id=request_id(scope),
            ip=self._address(client[0]) if client else None,
            user_agent_hash=self._hash(user_agent(scope)),
            cache=cache,
        )
        if not self._backlog.add(call, now):
            self.lost += 1
        self._waiting.set()
        if self.waiting >= self._batch:
            self._enough.set()

    async def _write_for_ever(self) -> None:
        while True:
            await self._waiting.wait()
            if not self._stopping:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._interval):
                        await self._enough.wait()
            self._waiting.clear()
            self._enough.clear()
            if not await self._write_all():
                # What was put back is tried again, but not at once: PostgreSQL is away.
                self._waiting.set()
                await asyncio.sleep(self._interval)
            elif self._stopping:
                return

    async def _write_all(self) -> bool:
        """Write what waits, batch after batch; false when PostgreSQL is away."""
        while self.waiting:
            if not await self._write_batch():
                return False
        return True

    async def _write_batch(self) -> bool:
        calls, loss = self._backlog.take(self._batch), self._backlog.take_loss()
        try:
            await self._write(calls, loss)
        except UnavailableError:
            self._put_back(calls, loss)
            return False
        except asyncio.CancelledError:
            self._put_back(calls, loss)
            raise
        except (asyncpg.PostgresError, ValueError):
            # A fault of ours. The next batch may be good; this one never will be.
            log.exception("%d calls cannot be written to the audit log", len(calls))
            self.lost += len(calls)
            self._backlog.lose(len(calls), calls[0].at, calls[-1].at)
            return True
        self.written += len(calls)
        return True

    def _put_back(self, calls: list[Call], loss: Loss | None) -> None:
        self._backlog.put_back(calls)
        if loss is not None:
            self._backlog.lose(loss.count, loss.first_at, loss.last_at)

    async def _write(self, calls: list[Call], loss: Loss | None) -> None:
        today = datetime.now(UTC).date()
        async with self._database.transaction() as connection:
            if self._months_made_on != today:
                await connection.execute(read_sql("make_audit_months"))
            await connection.copy_records_to_table(
                "audit_logs", schema_name="support", columns=Call._fields, records=calls
            )
            if loss is not None:
                details = {"calls": loss.count, "first_at": loss.first_at, "last_at": loss.last_at}
                await record(connection, AuditEvent(action="audit.calls_lost", actor="nova_api", details=details))
        self._months_made_on = today
