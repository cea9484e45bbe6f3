"""New rows, checked before anybody sees them: in a temporary table, or, where there are no former rows, in place."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import chain
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from nova_assets.checks import UNIQUE_KEY, Check, CheckResult, candidate_checks, rule_checks
from nova_assets.drift import Comparison, Terms, compare, drift_results
from nova_assets.partitions import Window
from nova_assets.publication.copying import copy_arrow
from nova_assets.publication.model import Counted, Published, Query, Replacement, Source, Stream
from nova_assets.publication.records import former_source, log, record
from nova_assets.registry import Table

EXAMPLES = 5


def candidate_of(connection: psycopg.Connection, replacement: Replacement) -> Candidate:
    """The new rows, where they are to be checked."""
    target = sql.Identifier(replacement.table.schema, replacement.table.name)
    is_bulk = replacement.scope is None and (isinstance(replacement.source, Stream) or replacement.table.day_by_day)
    if is_bulk and not _has_rows(connection, target):
        try:
            with connection.transaction():
                return FirstRows(connection, replacement, target)
        except psycopg.IntegrityError:
            # A key twice, no value, a day outside of the window: a constraint names one such row, checks count all.
            return NewRows(connection, replacement, target)
    return NewRows(connection, replacement, target)


class Candidate(ABC):
    """The new rows of one table in the relation `name`, seen by nobody else."""

    def __init__(
        self, connection: psycopg.Connection, replacement: Replacement, target: sql.Identifier, name: sql.Identifier
    ) -> None:
        self.connection = connection
        self.table = replacement.table
        self.window = replacement.window
        self.scope = replacement.scope
        self.made_from = replacement.made_from
        self.target = target
        self.name = name
        self.columns = sql.SQL(", ").join(map(sql.Identifier, self.table.column_names))
        self.changed = False
        self.counted = Counted(self.table.relation, self.window, None, 0, {})

    def check(self, terms: Terms) -> list[CheckResult]:
        """What the candidate's checks find, and how its number of rows drifted."""
        checks = [self._run(check) for check in candidate_checks(self.table, self.name, self.window)]
        return [*checks, *drift_results(self.table, self._compared(terms), accepted=terms.accept(self.table))]

    def check_rules(self) -> list[CheckResult]:
        """What the rules of the business find, once the new rows are in the table."""
        return [self._run(check) for check in rule_checks(self.table, self.window)]

    def _run(self, check: Check) -> CheckResult:
        return run_check(self.connection, check, self.table)

    @abstractmethod
    def _compared(self, terms: Terms) -> list[Comparison]:
        """The former rows that the new ones are counted against."""

    @abstractmethod
    def replace(self) -> None:
        """Bring the new rows into the table, and know whether that changes it."""

    def published(self, run_id: str | None, results: list[CheckResult], terms: Terms) -> Published:
        """Record the new version, and say what was done."""
        relation, rows, by_date = self.table.relation, self.counted.rows, self._rows_by_date()
        total, through = self._whole(by_date)
        version = record(self.connection, relation, total, through, run_id, changed=self.changed)
        self.log(results, run_id, terms, version)
        return Published(relation, version, self.changed, rows, total, by_date, tuple(results))

    def log(self, results: list[CheckResult], run_id: str | None, terms: Terms, version: int | None = None) -> None:
        """Remember what was counted and checked; without a version the rows were refused."""
        log(self.connection, self.counted, results, run_id, terms, version, self.made_from)

    @abstractmethod
    def _whole(self, by_date: Mapping[date, int]) -> tuple[int, date | None]:
        """Rows of the table and its last day, given the candidate's rows by day."""

    def _count(self, former_rows: int) -> Counted:
        nullable = [column.name for column in self.table.columns if column.nullable]
        counts = [sql.SQL("count(*) - count({})").format(sql.Identifier(name)) for name in nullable]
        query = sql.SQL("SELECT {} FROM {}").format(sql.SQL(", ").join([sql.SQL("count(*)"), *counts]), self.name)
        rows, *nulls = self.connection.execute(query).fetchone() or (0,)
        return Counted(self.table.relation, self.window, former_rows, rows, dict(zip(nullable, nulls, strict=True)))

    def _fill(self, source: Source) -> None:
        if isinstance(source, Query):
            for part in self._parts():
                self._insert(source, part)
        else:
            copy_arrow(self.connection, self.name, source.tables() if isinstance(source, Stream) else [source])

    def _parts(self) -> Iterator[Window | None]:
        """The windows in which a query makes the rows: where days are made each by itself, a month fits into memory."""
        if self.window is None or not self.table.day_by_day:
            yield self.window
        else:
            yield from self.window.by_month()

    def _insert(self, query: Query, part: Window | None) -> None:
        insert = sql.SQL("INSERT INTO {} ({}) SELECT {} FROM (\n{}\n) AS made").format(
            self.name,
            self.columns,
            self.columns,
            sql.SQL(query.text),  # pyright: ignore[reportArgumentType]
        )
        if self.table.day_by_day:
            # In the order of the key its index grows at one end.
            key = sql.SQL(", ").join(map(sql.Identifier, self.table.key))
            insert += sql.SQL(" ORDER BY {}").format(key)
        self.connection.execute(insert, {**query.parameters, **_bounds(part)})

    def _rows_by_date(self) -> dict[date, int]:
        if self.table.window_column is None:
            return {}
        counts = sql.SQL("SELECT {}, count(*) FROM {} GROUP BY 1")
        return dict(
            self.connection.execute(counts.format(sql.Identifier(self.table.window_column), self.name)).fetchall()
        )

    def _make_months(self, first: date | None, last: date | None) -> None:
        """Make the month partitions from one day to another, where the table is cut into them."""
        self.connection.execute(
            "SELECT support.make_month_partitions(oid, %s, %s) FROM pg_class"
            " WHERE oid = %s::regclass AND relkind = 'p'",
            [first, last, self.table.relation],
        )


class FirstRows(Candidate):
    """New rows of a table that has none, in the table itself; what its constraints hold needs no check.

    Raises:
        psycopg.IntegrityError: they break a constraint.
    """

    def __init__(self, connection: psycopg.Connection, replacement: Replacement, target: sql.Identifier) -> None:
        super().__init__(connection, replacement, target, target)
        self._fill(replacement.source)
        self.counted = self._count(former_rows=0)

    def _fill(self, source: Source) -> None:
        if isinstance(source, Stream):
            tables = (table for table in source.tables() if table.num_rows)
            first = next(tables, None)
            if first is None:
                return
            source = Stream(lambda: chain([first], tables))
        if self.window:
            self._make_months(self.window.first, self.window.last)
        super()._fill(source)

    def replace(self) -> None:
        self.changed = self.counted.rows > 0

    def _run(self, check: Check) -> CheckResult:
        if check.name == UNIQUE_KEY:
            return CheckResult(check.name, check.meaning, 0, (), self.table.severity(check.name))
        return super()._run(check)

    def _compared(self, terms: Terms) -> list[Comparison]:
        return []

    def _whole(self, by_date: Mapping[date, int]) -> tuple[int, date | None]:
        return self.counted.rows, max(by_date, default=None)


class NewRows(Candidate):
    """New rows in a temporary table, to take the place of those in the window."""

    def __init__(self, connection: psycopg.Connection, replacement: Replacement, target: sql.Identifier) -> None:
        super().__init__(connection, replacement, target, sql.Identifier(f"candidate_{replacement.table.name}"))
        connection.execute(
            sql.SQL("CREATE TEMPORARY TABLE {} ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA").format(
                self.name, self.columns, self.target
            )
        )
        self._fill(replacement.source)
        connection.execute(sql.SQL("ANALYZE {}").format(self.name))
        former = sql.SQL("SELECT count(*) FROM {}{}").format(self.target, self._where())
        self.counted = self._count(scalar(connection, former, _bounds(self.window)))

    def replace(self) -> None:
        if self.window:
            self._make_months(*self._days_with_rows())
        self.changed = self._differs()
        if self.changed:
            self.connection.execute(
                sql.SQL("DELETE FROM {}{}").format(self.target, self._where()), _bounds(self.window)
            )
            self.connection.execute(
                sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {}").format(
                    self.target, self.columns, self.columns, self.name
                )
            )

    def _compared(self, terms: Terms) -> list[Comparison]:
        if not terms.judge(self.table, former_source(self.connection, self.table.relation)):
            return []
        return compare(self.connection, self.table, self.name, self._where(), _bounds(self.window))

    def _whole(self, by_date: Mapping[date, int]) -> tuple[int, date | None]:
        part = self.window or self.scope
        count = sql.SQL("SELECT count(*) FROM {}").format(self.target)
        total = scalar(self.connection, count) if part else self.counted.rows
        if self.table.window_column is None:
            return total, None
        column = sql.Identifier(self.table.window_column)
        return total, scalar(self.connection, sql.SQL("SELECT max({}) FROM {}").format(column, self.target))

    def _days_with_rows(self) -> tuple[date | None, date | None]:
        """From the first to the last date of the candidate: a wide window over few data makes few partitions."""
        column = sql.Identifier(self.table.window_column or "")
        row = self.connection.execute(
            sql.SQL("SELECT min({0}), max({0}) FROM {1}").format(column, self.name)
        ).fetchone()
        return row or (None, None)

    def _differs(self) -> bool:
        """Whether the new rows are others than those in the window: another number, or, of as many, one not there."""
        compared = sql.SQL(", ").join(sql.Identifier(c.name) for c in self.table.columns if not c.volatile)
        present = sql.SQL("FROM {}{}").format(self.target, self._where())
        wanted = sql.SQL("FROM {}").format(self.name)
        query = sql.SQL(
            "SELECT (SELECT count(*) {present}) <> (SELECT count(*) {wanted})"
            " OR EXISTS ((SELECT {compared} {wanted}) EXCEPT ALL (SELECT {compared} {present}))"
        ).format(present=present, wanted=wanted, compared=compared)
        row = self.connection.execute(query, _bounds(self.window)).fetchone()
        return bool(row and row[0])

    def _where(self) -> sql.Composable:
        conditions: list[sql.Composable] = [self.scope] if self.scope else []
        if self.window:
            column = sql.Identifier(self.table.window_column or "")
            conditions.append(sql.SQL("{} BETWEEN %(first)s AND %(last)s").format(column))
        return sql.SQL(" WHERE ") + sql.SQL(" AND ").join(conditions) if conditions else sql.SQL("")


def _bounds(window: Window | None) -> dict[str, date]:
    return {"first": window.first, "last": window.last} if window else {}


def _has_rows(connection: psycopg.Connection, relation: sql.Identifier) -> bool:
    return scalar(connection, sql.SQL("SELECT EXISTS (SELECT FROM {})").format(relation))


def run_check(connection: psycopg.Connection, check: Check, table: Table) -> CheckResult:
    """Count the rows that break a check, and show a few of them."""
    counted = sql.SQL("SELECT count(*) FROM ({}) AS offenders").format(check.offenders)
    row = connection.execute(counted, check.parameters).fetchone()
    offending = row[0] if row else 0
    examples: list[dict[str, Any]] = []
    if offending:
        with connection.cursor(row_factory=dict_row) as cursor:
            shown = sql.SQL("SELECT * FROM ({}) AS offenders LIMIT {}").format(check.offenders, sql.Literal(EXAMPLES))
            examples = cursor.execute(shown, check.parameters).fetchall()
    return CheckResult(check.name, check.meaning, offending, tuple(examples), table.severity(check.name))


def scalar(connection: psycopg.Connection, query: sql.Composed, parameters: Mapping[str, Any] | None = None) -> Any:
    row = connection.execute(query, parameters).fetchone()
    return row[0] if row else None
