"""New rows, checked before anybody sees them: what all candidates share, and those in a temporary table."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from nova_assets.checks import Check, CheckResult, candidate_checks, rule_checks
from nova_assets.drift import Comparison, Terms, compare, drift_results
from nova_assets.partitions import Window
from nova_assets.publication.copying import copy_arrow
from nova_assets.publication.model import Counted, Published, Query, Replacement, Source, Stream
from nova_assets.publication.records import former_source, log, record
from nova_assets.registry import Table

EXAMPLES = 5


@dataclass(frozen=True)
class Tally:
    """What one pass over a relation counts: rows, nulls per nullable column, rows per value of the window column where
    there is one, and rows that break each check of single rows."""

    rows: int
    nulls: Mapping[str, int]
    rows_by_date: Mapping[date, int]
    offending: Mapping[str, int]

    @classmethod
    def together(cls, parts: Sequence[Tally]) -> Tally:
        """Of parts that share no day."""
        nulls, offending = Counter[str](), Counter[str]()
        for part in parts:
            nulls.update(part.nulls)
            offending.update(part.offending)
        by_date = {day: rows for part in parts for day, rows in part.rows_by_date.items()}
        return cls(sum(part.rows for part in parts), nulls, by_date, offending)


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
        self.former_rows: int | None = None
        self.tally = Tally(0, {}, {}, {})

    @property
    def counted(self) -> Counted:
        return Counted(self.table.relation, self.window, self.former_rows, self.tally.rows, self.tally.nulls)

    def check(self, terms: Terms) -> list[CheckResult]:
        """What the candidate's checks find, and how its number of rows drifted."""
        drift = drift_results(self.table, self._compared(terms), accepted=terms.accept(self.table))
        return [*self._checked(), *drift]

    def _checked(self) -> Sequence[CheckResult]:
        checks = candidate_checks(self.table, self.name, self.window)
        return [run_check(self.connection, check, self.table, self.tally) for check in checks]

    def check_rules(self) -> list[CheckResult]:
        """What the rules of the business find, once the new rows are in the table."""
        return [run_check(self.connection, check, self.table) for check in rule_checks(self.table, self.window)]

    @abstractmethod
    def _compared(self, terms: Terms) -> Sequence[Comparison]:
        """The former rows that the new ones are counted against."""

    @abstractmethod
    def replace(self) -> None:
        """Bring the new rows into the table, and know whether that changes it."""

    def discard(self) -> None:  # noqa: B027 - most leave nothing
        """After a refusal: drop what its rollback did not take back."""

    def published(self, run_id: str | None, results: list[CheckResult], terms: Terms) -> Published:
        """Record the new version, and say what was done."""
        relation, rows, by_date = self.table.relation, self.tally.rows, self.tally.rows_by_date
        total, through = self._whole()
        version = record(self.connection, relation, total, through, run_id, changed=self.changed)
        self.log(results, run_id, terms, version)
        return Published(relation, version, self.changed, rows, total, by_date, tuple(results))

    def log(self, results: list[CheckResult], run_id: str | None, terms: Terms, version: int | None = None) -> None:
        """Remember what was counted and checked; without a version the rows were refused."""
        log(self.connection, self.counted, results, run_id, terms, version, self.made_from)

    @abstractmethod
    def _whole(self) -> tuple[int, date | None]:
        """Rows of the table and its last day."""

    def _fill(self, source: Source) -> None:
        if isinstance(source, Query):
            # Where days are made each by itself, a month of them fits into memory.
            by_month = self.window is not None and self.table.day_by_day
            for part in self.window.by_month() if self.window and by_month else [self.window]:
                insert(self.connection, self.name, self.table, source, part)
        else:
            copy_arrow(self.connection, self.name, source.tables() if isinstance(source, Stream) else [source])

    def _tally(self) -> Tally:
        return tally(self.connection, self.table, self.name, self.window)

    def _make_months(self, first: date | None, last: date | None) -> None:
        """Make the month partitions from one day to another, where the table is cut into them."""
        self.connection.execute(
            "SELECT support.make_month_partitions(oid, %s, %s) FROM pg_class"
            " WHERE oid = %s::regclass AND relkind = 'p'",
            [first, last, self.table.relation],
        )


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
        self.former_rows = scalar(connection, former, _bounds(self.window))
        self.tally = self._tally()

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

    def _compared(self, terms: Terms) -> Sequence[Comparison]:
        if not terms.judge(self.table, former_source(self.connection, self.table.relation)):
            return []
        return compare(self.connection, self.table, self.name, self._where(), _bounds(self.window))

    def _whole(self) -> tuple[int, date | None]:
        part = self.window or self.scope
        count = sql.SQL("SELECT count(*) FROM {}").format(self.target)
        total = scalar(self.connection, count) if part else self.tally.rows
        if self.table.window_column is None:
            return total, None
        column = sql.Identifier(self.table.window_column)
        return total, scalar(self.connection, sql.SQL("SELECT max({}) FROM {}").format(column, self.target))

    def _days_with_rows(self) -> tuple[date | None, date | None]:
        """From the first to the last date of the candidate: a wide window over few data makes few partitions."""
        days = self.tally.rows_by_date
        return min(days, default=None), max(days, default=None)

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


def insert(
    connection: psycopg.Connection, relation: sql.Identifier, table: Table, query: Query, part: Window | None
) -> None:
    """Write the rows that a query makes for a window into a relation with the columns of `table`."""
    columns = sql.SQL(", ").join(map(sql.Identifier, table.column_names))
    text = sql.SQL(query.text)  # pyright: ignore[reportArgumentType]
    statement = sql.SQL("INSERT INTO {} ({}) SELECT {} FROM (\n{}\n) AS made").format(relation, columns, columns, text)
    parameters = {**query.parameters, **_bounds(part)}
    if not table.day_by_day:
        connection.execute(statement, parameters)
        return
    # In the order of the key an index is made fast, and reads of one item touch few pages. Rows are grouped by the key
    # too, into groups of a row or two: sorting them once serves both, where a hash table would only come on top.
    key = sql.SQL(", ").join(map(sql.Identifier, table.key))
    connection.execute("SET LOCAL enable_hashagg = off")
    connection.execute(statement + sql.SQL(" ORDER BY {}").format(key), parameters)
    connection.execute("SET LOCAL enable_hashagg = on")


def tally(connection: psycopg.Connection, table: Table, relation: sql.Identifier, window: Window | None) -> Tally:
    """Count the rows of a relation with the columns of `table`, in one pass."""
    nullable = [column.name for column in table.columns if column.nullable]
    conditions = {check.name: check.condition for check in candidate_checks(table, relation, window) if check.condition}
    counts = [
        sql.SQL("count(*)"),
        *(sql.SQL("count(*) - count({})").format(sql.Identifier(name)) for name in nullable),
        *(sql.SQL("count(*) FILTER (WHERE {})").format(condition) for condition in conditions.values()),
    ]
    day = sql.Identifier(table.window_column) if table.window_column else sql.SQL("NULL::date")
    query = sql.SQL("SELECT {} AS day, {} FROM {} GROUP BY 1").format(day, sql.SQL(", ").join(counts), relation)
    found = connection.execute(query, _bounds(window)).fetchall()
    rows, *sums = (sum(row[number] for row in found) for number in range(1, len(counts) + 1))
    return Tally(
        rows,
        dict(zip(nullable, sums[: len(nullable)], strict=True)),
        {row[0]: row[1] for row in found} if table.window_column else {},
        dict(zip(conditions, sums[len(nullable) :], strict=True)),
    )


def run_check(connection: psycopg.Connection, check: Check, table: Table, counted: Tally | None = None) -> CheckResult:
    """Count the rows that break a check, unless they are `counted` already, and show a few of them."""
    offending = counted.offending.get(check.name) if counted else None
    if offending is None:
        query = sql.SQL("SELECT count(*) FROM ({}) AS offenders").format(check.offenders)
        offending = scalar(connection, query, check.parameters)
    examples: list[dict[str, Any]] = []
    if offending:
        with connection.cursor(row_factory=dict_row) as cursor:
            shown = sql.SQL("SELECT * FROM ({}) AS offenders LIMIT {}").format(check.offenders, sql.Literal(EXAMPLES))
            examples = cursor.execute(shown, check.parameters).fetchall()
    return CheckResult(check.name, check.meaning, offending, tuple(examples), table.severity(check.name))


def scalar(connection: psycopg.Connection, query: sql.Composed, parameters: Mapping[str, Any] | None = None) -> Any:
    row = connection.execute(query, parameters).fetchone()
    return row[0] if row else None
