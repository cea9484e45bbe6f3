"""New rows of a table that has none and is cut into months: beside it until they are whole, then attached to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain, cycle
from queue import SimpleQueue

import psycopg
from psycopg import sql

from nova_assets.checks import CheckResult
from nova_assets.partitions import Window
from nova_assets.publication.candidates import EXAMPLES, Tally, insert, scalar, tally
from nova_assets.publication.copying import by_month, copy_arrow, copy_frozen, one_ahead
from nova_assets.publication.first_rows import FirstRows, keyed_checks
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
    read. Rows that come in a stream are sorted into the months of such sessions too, which make the keys and run the
    checks at once. They commit what nobody looks at.

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
        if isinstance(rows, Stream):
            self._made = self._sort_into_months(rows)
            return
        self._make_candidate(self.connection)
        if rows is not None:
            super()._fill(rows)
            for month in self._days.months():
                self._add_key(self.connection, month)

    def _tally(self) -> Tally:
        return super()._tally() if self._made is None else Tally.together([month.tally for month in self._made])

    def _checked(self) -> Sequence[CheckResult]:
        if self._made is None:
            return super()._checked()
        return [_together(results) for results in zip(*(month.results for month in self._made), strict=True)]

    def _make_at_once(self, query: Query) -> Sequence[_Month]:
        """Each month by whichever session is free."""
        parts = list(self._days.by_month())
        with self._sessions(one_snapshot=True) as sessions, ThreadPoolExecutor(SESSIONS) as threads:
            free = SimpleQueue[psycopg.Connection]()
            for session in sessions:
                free.put(session)

            def make(part: Window) -> _Month:
                session = free.get()
                try:
                    self._empty(session, part)
                    insert(session, self._month_name(part.first), self.table, query, part)
                    return self._finished(session, part)
                finally:
                    free.put(session)

            return list(threads.map(make, parts))

    def _sort_into_months(self, stream: Stream) -> Sequence[_Month]:
        """Rows as they come, each month by the session that has its turn; what follows of the rows at the same time."""
        parts = list(self._days.by_month())
        column = self.table.window_column or ""
        with self._sessions() as sessions, ThreadPoolExecutor(SESSIONS) as threads:
            own = list(zip(parts, cycle(sessions)))
            for part, session in own:
                self._empty(session, part)
            by_first = {part.first.replace(day=1): session for part, session in own}
            for month, rows in by_month(one_ahead(stream.tables()), column):
                if month and (session := by_first.get(month)):
                    copy_frozen(session, self._month_name(month), rows)
                else:
                    copy_arrow(sessions[0], self.name, [rows])

            def finish(session: psycopg.Connection) -> Sequence[_Month]:
                return [self._finished(session, part) for part, owner in own if owner is session]

            return list(chain.from_iterable(threads.map(finish, sessions)))

    def _empty(self, session: psycopg.Connection, part: Window) -> None:
        # Emptied in the transaction that fills it, a table may skip the log (wal_level minimal).
        session.execute(sql.SQL("TRUNCATE {}").format(self._month_name(part.first)))

    def _finished(self, session: psycopg.Connection, part: Window) -> _Month:
        self._add_key(session, part.first)
        name = self._month_name(part.first)
        counted = tally(session, self.table, name, part)
        return _Month(counted, keyed_checks(session, self.table, name, part, counted))

    def _make_candidate(self, session: psycopg.Connection) -> None:
        session.execute(
            "SELECT support.make_candidate(%s::regclass, %s, %s)",
            [self.table.relation, self._days.first, self._days.last],
        )

    def _add_key(self, session: psycopg.Connection, day: date) -> None:
        session.execute("SELECT support.key_candidate_month(%s::regclass, %s)", [self.table.relation, day])

    def _analyze(self, session: psycopg.Connection, days: Sequence[date]) -> None:
        """Tell the planner what is in the months of these days."""
        session.execute(
            "SELECT support.analyze_candidate_month(%s::regclass, day) FROM unnest(%s::date[]) AS day",
            [self.table.relation, list(days)],
        )

    def _month_name(self, day: date) -> sql.Identifier:
        return _candidate(self.table.schema, f"{self.table.name}_y{day:%Y}m{day:%m}")

    @contextmanager
    def _sessions(self, *, one_snapshot: bool = False) -> Iterator[Sequence[psycopg.Connection]]:
        """Sessions in transactions, for the months of a new candidate; they commit at the end.

        With `one_snapshot` they see the same of the tables that they read.
        """
        months = list(self._days.months())
        count = min(SESSIONS, len(months))
        with ExitStack() as stack:
            sessions = [stack.enter_context(self._connect()) for _ in range(count)]
            self._make_candidate(sessions[0])
            with ExitStack() as transactions:
                for session in sessions:
                    if one_snapshot:
                        session.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
                    transactions.enter_context(session.transaction())
                if one_snapshot:
                    snapshot = scalar(sessions[0], sql.SQL("SELECT pg_export_snapshot()").format())
                    for session in sessions[1:]:
                        session.execute(sql.SQL("SET TRANSACTION SNAPSHOT {}").format(sql.Literal(snapshot)))
                yield sessions
            # Earlier, in the transaction that wrote the rows, autovacuum would count them as new and do it once more.
            with ThreadPoolExecutor(count) as threads:
                list(threads.map(self._analyze, sessions, [months[number::count] for number in range(count)]))


def _candidate(schema: str, name: str) -> sql.Identifier:
    return sql.Identifier("candidate", f"{schema}_{name}")


def _with_rows(stream: Stream) -> Stream | None:
    """The same rows, the first of which are read already; None where there is none."""
    tables = (table for table in stream.tables() if table.num_rows)
    first = next(tables, None)
    return None if first is None else Stream(lambda: chain([first], tables))


def _together(results: Sequence[CheckResult]) -> CheckResult:
    """What one check found in several months."""
    examples = tuple(chain.from_iterable(result.examples for result in results))[:EXAMPLES]
    return replace(results[0], offending_rows=sum(result.offending_rows for result in results), examples=examples)
