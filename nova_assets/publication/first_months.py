"""New rows of a table that has none and is cut into months: beside it until they are whole, then attached to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from queue import SimpleQueue

import psycopg
from psycopg import sql

from nova_assets.checks import CheckResult, candidate_checks
from nova_assets.partitions import Window
from nova_assets.publication.candidates import EXAMPLES, Tally, insert, scalar, tally
from nova_assets.publication.copying import copy_by_month
from nova_assets.publication.first_rows import FirstRows, run_keyed
from nova_assets.publication.model import Connect, Query, Replacement, Source, Stream

SESSIONS = 2
"""Sessions that make months at the same time: as many as the smallest machine has cores."""


@dataclass(frozen=True)
class _Month:
    """A month that is made: what is in it, and what its checks found."""

    tally: Tally
    results: Sequence[CheckResult]


class FirstMonths(FirstRows):
    """New rows in month partitions that the publication attaches to the table. Their keys are made after them.

    Where each day is made by itself, sessions of their own make several months at once, from one snapshot of what they
    read. They commit what nobody looks at.

    Raises:
        psycopg.IntegrityError: they break a constraint.
    """

    def __init__(
        self,
        connection: psycopg.Connection,
        replacement: Replacement,
        target: sql.Identifier,
        window: Window,
        connect: Connect,
    ) -> None:
        self._days = window
        self._connect = connect
        self._made: Sequence[_Month] | None = None
        super().__init__(connection, replacement, target, _candidate(replacement.table.schema, replacement.table.name))

    def replace(self) -> None:
        self.connection.execute("SELECT support.attach_candidate(%s::regclass)", [self.table.relation])
        super().replace()

    def discard(self) -> None:
        # Whoever loads the table by now has dropped it already.
        self.connection.execute(
            "SELECT support.drop_candidate(%(relation)s::text::regclass)"
            " WHERE pg_try_advisory_xact_lock(hashtextextended(%(relation)s::text, 0))",
            {"relation": self.table.relation},
        )

    def _fill(self, source: Source) -> None:
        if isinstance(source, Query) and self.table.day_by_day:
            self._made = self._make_at_once(source)
            return
        rows = _with_rows(source) if isinstance(source, Stream) else source
        self._make_candidate(self.connection)
        if isinstance(rows, Stream):
            self._copy(rows)
        elif rows is not None:
            super()._fill(rows)
        for month in self._days.months():
            self._add_key(self.connection, month)

    def _copy(self, stream: Stream) -> None:
        months = {month: self._month_name(month) for month in self._days.months()}
        copy_by_month(self.connection, self.name, months, self.table.window_column or "", stream.tables())

    def _tally(self) -> Tally:
        return super()._tally() if self._made is None else Tally.together([month.tally for month in self._made])

    def _checked(self) -> Sequence[CheckResult]:
        if self._made is None:
            return super()._checked()
        return [_together(results) for results in zip(*(month.results for month in self._made), strict=True)]

    def _make_at_once(self, query: Query) -> Sequence[_Month]:
        with self._connect() as session:
            self._make_candidate(session)
        parts = list(self._days.by_month())
        with _sessions(self._connect, min(SESSIONS, len(parts))) as free, ThreadPoolExecutor(SESSIONS) as threads:

            def make(part: Window) -> _Month:
                session = free.get()
                try:
                    return self._make_month(session, query, part)
                finally:
                    free.put(session)

            return list(threads.map(make, parts))

    def _make_month(self, session: psycopg.Connection, query: Query, part: Window) -> _Month:
        month = part.first.replace(day=1)
        name = self._month_name(month)
        # Emptied in the transaction that fills it, a table may skip the log (wal_level minimal).
        session.execute(sql.SQL("TRUNCATE {}").format(name))
        insert(session, name, self.table, query, part)
        self._add_key(session, month)
        checks = candidate_checks(self.table, name, part)
        return _Month(
            tally(session, self.table, name), tuple(run_keyed(session, check, self.table) for check in checks)
        )

    def _make_candidate(self, session: psycopg.Connection) -> None:
        session.execute(
            "SELECT support.make_candidate(%s::regclass, %s, %s)",
            [self.table.relation, self._days.first, self._days.last],
        )

    def _add_key(self, session: psycopg.Connection, month: date) -> None:
        session.execute("SELECT support.key_candidate_month(%s::regclass, %s)", [self.table.relation, month])

    def _month_name(self, month: date) -> sql.Identifier:
        return _candidate(self.table.schema, f"{self.table.name}_y{month:%Y}m{month:%m}")


def _candidate(schema: str, name: str) -> sql.Identifier:
    return sql.Identifier("candidate", f"{schema}_{name}")


def _with_rows(stream: Stream) -> Stream | None:
    """The same rows, the first of which are read already; None where there is none."""
    tables = (table for table in stream.tables() if table.num_rows)
    first = next(tables, None)
    return None if first is None else Stream(lambda: chain([first], tables))


@contextmanager
def _sessions(connect: Connect, count: int) -> Iterator[SimpleQueue[psycopg.Connection]]:
    """Sessions in transactions that see the same; they commit at the end."""
    free: SimpleQueue[psycopg.Connection] = SimpleQueue()
    with ExitStack() as stack:
        snapshot = None
        for _ in range(count):
            session = stack.enter_context(connect())
            session.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            stack.enter_context(session.transaction())
            if snapshot is None:
                snapshot = scalar(session, sql.SQL("SELECT pg_export_snapshot()").format())
            else:
                session.execute(sql.SQL("SET TRANSACTION SNAPSHOT {}").format(sql.Literal(snapshot)))
            free.put(session)
        yield free


def _together(results: Sequence[CheckResult]) -> CheckResult:
    """What one check found in several months."""
    examples = tuple(chain.from_iterable(result.examples for result in results))[:EXAMPLES]
    return replace(results[0], offending_rows=sum(result.offending_rows for result in results), examples=examples)
