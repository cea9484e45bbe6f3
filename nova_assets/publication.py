"""Publishes tables: new rows are written, checked and made visible in one transaction, or not at all.

The order within the transaction: lock, candidate rows into temporary tables, their checks, replacement of the window,
rules of the business, version and notification, commit. Whatever fails or dies in between, readers keep the rows they
had. A candidate equal to what is there changes nothing: the version stays, and so do caches made from it.

Into a table that has no row yet a bulk load is written at once, and checked there: each row is written once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from io import BufferedIOBase
from itertools import chain
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.csv
from psycopg import sql
from psycopg.rows import dict_row

from nova_assets.checks import UNIQUE_KEY, Check, CheckResult, candidate_checks, rule_checks
from nova_assets.partitions import Window
from nova_assets.registry import Table

EXAMPLES = 5


class PublicationError(Exception):
    """New rows broke at least one check; nothing was changed.

    Attributes:
        results: every check that ran, also those that passed, by relation.
    """

    def __init__(self, results: Mapping[str, list[CheckResult]]) -> None:
        self.results = results
        failed = [f"{relation}: {r}" for relation, checks in results.items() for r in checks if not r.passed]
        super().__init__("Nothing was published; the previous rows stay served. " + "; ".join(failed))


@dataclass(frozen=True)
class Query:
    """New rows as a SELECT with the columns of the table, in any order; it may use %(first)s and %(last)s."""

    text: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Stream:
    """New rows as Arrow tables that are made while they are copied, so that no more than a few are in memory.

    `tables` begins anew with each call. It is called a second time only when the rows broke a constraint of a table
    that was empty: then they are read again, for the checks to tell what is wrong with them.
    """

    tables: Callable[[], Iterable[pa.Table]]


Source = Query | Stream | pa.Table


@dataclass(frozen=True)
class Replacement:
    """One table to be replaced: all of it, or the rows whose window column lies in `window`.

    `scope` narrows that to the rows for which a condition holds, where a table is filled from several places; the new
    rows must meet it too.
    """

    table: Table
    window: Window | None
    source: Source
    scope: sql.Composable | None = None

    def __post_init__(self) -> None:
        if (self.table.window_column is None) != (self.window is None):
            raise ValueError(f"{self.table.relation} is replaced {'whole' if self.window else 'by a window'}")


@dataclass(frozen=True)
class Published:
    """What a publication did to a table.

    `rows` are the rows of the window after it, `rows_by_date` the same per value of the window column; `changed` is
    false when they are the rows that were there before.
    """

    relation: str
    version: int
    changed: bool
    rows: int
    total_rows: int
    rows_by_date: Mapping[date, int]
    checks: tuple[CheckResult, ...]


def publish(connection: psycopg.Connection, replacements: Iterable[Replacement], run_id: str | None) -> list[Published]:
    """Replace tables in one transaction of `connection` and commit it.

    Raises:
        PublicationError: a check failed; nothing was changed.
        psycopg.Error: the database refused; nothing was changed.
    """
    replacements = list(replacements)
    with connection.transaction():
        # Always in the same order, so that two publications of the same tables cannot wait for each other.
        for table in sorted((replacement.table for replacement in replacements), key=lambda table: table.relation):
            _lock(connection, table)
        candidates = [_candidate(connection, replacement) for replacement in replacements]
        results = {candidate.table.relation: candidate.check() for candidate in candidates}
        _refuse_failures(results)
        for candidate in candidates:
            candidate.replace()
        for candidate in candidates:
            results[candidate.table.relation] += [
                _run(connection, check) for check in rule_checks(candidate.table, candidate.window)
            ]
        _refuse_failures(results)
        return [candidate.published(run_id, results[candidate.table.relation]) for candidate in candidates]


def refresh(connection: psycopg.Connection, view: Table, run_id: str | None) -> Published:
    """Bring a materialized view up to date without blocking its readers, and record it as a new version."""
    with connection.transaction():
        _lock(connection, view)
        connection.execute("SELECT support.refresh_view(%s::regclass)", [view.relation])
        name = sql.Identifier(view.schema, view.name)
        rows = _scalar(connection, sql.SQL("SELECT count(*) FROM {}").format(name))
        results = [_run(connection, check) for check in rule_checks(view, None)]
        _refuse_failures({view.relation: results})
        through = connection.execute(
            "SELECT max(data_through) FROM support.dataset_versions WHERE dataset = ANY (%s)", [list(view.upstream)]
        ).fetchone()
        version = _record(connection, view.relation, rows, through[0] if through else None, run_id, changed=True)
        return Published(view.relation, version, True, rows, rows, {}, tuple(results))


def _candidate(connection: psycopg.Connection, replacement: Replacement) -> _Candidate:
    """The new rows, where they are to be checked."""
    target = sql.Identifier(replacement.table.schema, replacement.table.name)
    is_bulk = replacement.scope is None and (isinstance(replacement.source, Stream) or replacement.table.day_by_day)
    if is_bulk and not _has_rows(connection, target):
        try:
            with connection.transaction():
                return _FirstRows(connection, replacement, target)
        except psycopg.IntegrityError:
            # A key twice, no value, a day outside of the window: a constraint names one such row, checks count all.
            return _NewRows(connection, replacement, target)
    return _NewRows(connection, replacement, target)


class _Candidate:
    """The new rows of one table in the relation `name`, seen by nobody else."""

    def __init__(
        self, connection: psycopg.Connection, replacement: Replacement, target: sql.Identifier, name: sql.Identifier
    ) -> None:
        self.connection = connection
        self.table = replacement.table
        self.window = replacement.window
        self.scope = replacement.scope
        self.target = target
        self.name = name
        self.columns = sql.SQL(", ").join(map(sql.Identifier, self.table.column_names))
        self.changed = False

    def check(self) -> list[CheckResult]:
        """What the candidate's checks find."""
        return [_run(self.connection, check) for check in candidate_checks(self.table, self.name, self.window)]

    def replace(self) -> None:
        """Bring the new rows into the table, and know whether that changes it."""
        raise NotImplementedError

    def published(self, run_id: str | None, results: list[CheckResult]) -> Published:
        """Record the new version, and say what was done."""
        by_date = self._rows_by_date()
        rows = sum(by_date.values()) if self.table.window_column else self._count(self.name)
        total, through = self._whole(rows, by_date)
        version = _record(self.connection, self.table.relation, total, through, run_id, changed=self.changed)
        return Published(self.table.relation, version, self.changed, rows, total, by_date, tuple(results))

    def _whole(self, rows: int, by_date: Mapping[date, int]) -> tuple[int, date | None]:
        """Rows of the table and its last day, given those of the candidate."""
        raise NotImplementedError

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

    def _count(self, relation: sql.Identifier) -> int:
        return _scalar(self.connection, sql.SQL("SELECT count(*) FROM {}").format(relation))

    def _make_months(self, first: date | None, last: date | None) -> None:
        """Make the month partitions from one day to another, where the table is cut into them."""
        self.connection.execute(
            "SELECT support.make_month_partitions(oid, %s, %s) FROM pg_class"
            " WHERE oid = %s::regclass AND relkind = 'p'",
            [first, last, self.table.relation],
        )


class _FirstRows(_Candidate):
    """New rows of a table that has none, in the table itself; what its constraints hold needs no check.

    Raises:
        psycopg.IntegrityError: they break a constraint.
    """

    def __init__(self, connection: psycopg.Connection, replacement: Replacement, target: sql.Identifier) -> None:
        super().__init__(connection, replacement, target, target)
        self._fill(replacement.source)

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

    def check(self) -> list[CheckResult]:
        return [
            CheckResult(check.name, check.meaning, 0, ()) if check.name == UNIQUE_KEY else _run(self.connection, check)
            for check in candidate_checks(self.table, self.name, self.window)
        ]

    def replace(self) -> None:
        self.changed = _has_rows(self.connection, self.name)

    def _whole(self, rows: int, by_date: Mapping[date, int]) -> tuple[int, date | None]:
        return rows, max(by_date, default=None)


class _NewRows(_Candidate):
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

    def _whole(self, rows: int, by_date: Mapping[date, int]) -> tuple[int, date | None]:
        total = self._count(self.target) if self.window or self.scope else rows
        if self.table.window_column is None:
            return total, None
        column = sql.Identifier(self.table.window_column)
        return total, _scalar(self.connection, sql.SQL("SELECT max({}) FROM {}").format(column, self.target))

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


class _CopyStream(BufferedIOBase):
    """Lets pyarrow write its CSV straight into an open COPY, batch by batch."""

    def __init__(self, copy: psycopg.Copy) -> None:
        self._copy = copy

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._copy.write(bytes(data))
        return len(data)


def copy_arrow(connection: psycopg.Connection, relation: sql.Identifier, tables: Iterable[pa.Table]) -> None:
    """COPY Arrow tables of the same columns, one after the other, into the columns of the same names.

    While one is written, the next is made. Null and the empty string stay apart: pyarrow writes the one bare and the
    other in quotes, which COPY reads alike.
    """
    remaining = _one_ahead(tables)
    first = next(remaining, None)
    if first is None:
        return
    columns = sql.SQL(", ").join(map(sql.Identifier, first.column_names))
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(relation, columns)
    with connection.cursor().copy(statement) as copy:
        for table in chain([first], remaining):
            pyarrow.csv.write_csv(table, _CopyStream(copy), pyarrow.csv.WriteOptions(include_header=False))


def _one_ahead(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """The same tables, the next of which is made in a thread while one is in use."""
    remaining = iter(tables)
    with ThreadPoolExecutor(1) as other:
        coming = other.submit(next, remaining, None)
        while (table := coming.result()) is not None:
            coming = other.submit(next, remaining, None)
            yield table


def _has_rows(connection: psycopg.Connection, relation: sql.Identifier) -> bool:
    return _scalar(connection, sql.SQL("SELECT EXISTS (SELECT FROM {})").format(relation))


def _lock(connection: psycopg.Connection, table: Table) -> None:
    """Writers of one table take turns, whatever windows they replace; readers are not held up."""
    connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [table.relation])


def _run(connection: psycopg.Connection, check: Check) -> CheckResult:
    counted = sql.SQL("SELECT count(*) FROM ({}) AS offenders").format(check.offenders)
    row = connection.execute(counted, check.parameters).fetchone()
    offending = row[0] if row else 0
    examples: list[dict[str, Any]] = []
    if offending:
        with connection.cursor(row_factory=dict_row) as cursor:
            shown = sql.SQL("SELECT * FROM ({}) AS offenders LIMIT {}").format(check.offenders, sql.Literal(EXAMPLES))
            examples = cursor.execute(shown, check.parameters).fetchall()
    return CheckResult(check.name, check.meaning, offending, tuple(examples))


def _refuse_failures(results: Mapping[str, list[CheckResult]]) -> None:
    if any(not result.passed for checks in results.values() for result in checks):
        raise PublicationError(results)


def _record(
    connection: psycopg.Connection, relation: str, rows: int, through: date | None, run_id: str | None, *, changed: bool
) -> int:
    """Write the table's row of `support.dataset_versions`, tell listeners of a new version, and return the version."""
    row = connection.execute(
        """
        INSERT INTO support.dataset_versions AS present
            (dataset, version, row_count, data_through, run_id, changed_at, materialized_at)
        VALUES (%(dataset)s, 1, %(rows)s, %(through)s, %(run_id)s, now(), now())
        ON CONFLICT (dataset) DO UPDATE SET
            version = present.version + %(changed)s::integer,
            row_count = excluded.row_count,
            data_through = excluded.data_through,
            run_id = excluded.run_id,
            changed_at = CASE WHEN %(changed)s THEN now() ELSE present.changed_at END,
            materialized_at = now()
        RETURNING version
        """,
        {"dataset": relation, "rows": rows, "through": through, "run_id": run_id, "changed": changed},
    ).fetchone()
    version = row[0] if row else 1
    connection.execute("SELECT pg_notify('nova_versions', %s)", [f"{relation}:{version}"])
    return version


def _scalar(connection: psycopg.Connection, query: sql.Composed) -> Any:
    row = connection.execute(query).fetchone()
    return row[0] if row else None
