"""Publishes tables: new rows are written, checked and made visible in one transaction, or not at all.

The order within the transaction: lock, candidate rows into temporary tables, their checks, replacement of the window,
rules of the business, version and notification, commit. Whatever fails or dies in between, readers keep the rows they
had. A candidate equal to what is there changes nothing: the version stays, and so do caches made from it.

Every publication, also one that was refused, leaves a row in `support.publications`: what was counted and checked.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
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

from nova_assets.checks import Check, CheckResult, candidate_checks, rule_checks
from nova_assets.drift import Terms, compare, drift_results
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
        failed = [f"{relation}: {r}" for relation, checks in results.items() for r in checks if r.refuses]
        super().__init__("Nothing was published; the previous rows stay served. " + "; ".join(failed))


@dataclass(frozen=True)
class Query:
    """New rows as a SELECT with the columns of the table, in any order; it may use %(first)s and %(last)s."""

    text: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Stream:
    """New rows as Arrow tables that are made while they are copied, so that no more than one is in memory."""

    tables: Iterable[pa.Table]


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
class Counted:
    """New rows as they were counted before they took the place of the former ones; `nulls` per nullable column."""

    relation: str
    window: Window | None
    former_rows: int | None
    rows: int
    nulls: Mapping[str, int]


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


def publish(
    connection: psycopg.Connection, replacements: Iterable[Replacement], run_id: str | None, terms: Terms
) -> list[Published]:
    """Replace tables in one transaction of `connection` and commit it.

    Raises:
        PublicationError: a check failed; nothing was changed.
        psycopg.Error: the database refused; nothing was changed.
    """
    replacements = list(replacements)
    candidates: list[_Candidate] = []
    try:
        with connection.transaction():
            # Always in the same order, so that two publications of the same tables cannot wait for each other.
            for table in sorted((replacement.table for replacement in replacements), key=lambda table: table.relation):
                _lock(connection, table)
            candidates += [_Candidate(connection, replacement) for replacement in replacements]
            results = {candidate.table.relation: candidate.check(terms) for candidate in candidates}
            _refuse_failures(results)
            for candidate in candidates:
                candidate.replace()
            for candidate in candidates:
                results[candidate.table.relation] += [
                    _run(connection, check, candidate.table) for check in rule_checks(candidate.table, candidate.window)
                ]
            _refuse_failures(results)
            return [candidate.published(run_id, results[candidate.table.relation], terms) for candidate in candidates]
    except PublicationError as error:
        with connection.transaction():
            for candidate in candidates:
                _log(connection, candidate.counted, error.results[candidate.table.relation], run_id, terms)
        raise


def refresh(connection: psycopg.Connection, view: Table, run_id: str | None, terms: Terms) -> Published:
    """Bring a materialized view up to date without blocking its readers, and record it as a new version."""
    with connection.transaction():
        _lock(connection, view)
        connection.execute("SELECT support.refresh_view(%s::regclass)", [view.relation])
        name = sql.Identifier(view.schema, view.name)
        rows = _scalar(connection, sql.SQL("SELECT count(*) FROM {}").format(name))
        results = [_run(connection, check, view) for check in rule_checks(view, None)]
        _refuse_failures({view.relation: results})
        through = connection.execute(
            "SELECT max(data_through) FROM support.dataset_versions WHERE dataset = ANY (%s)", [list(view.upstream)]
        ).fetchone()
        version = _record(connection, view.relation, rows, through[0] if through else None, run_id, changed=True)
        _log(connection, Counted(view.relation, None, None, rows, {}), results, run_id, terms, version)
        return Published(view.relation, version, True, rows, rows, {}, tuple(results))


class _Candidate:
    """The new rows of one table in a temporary table of the open transaction."""

    def __init__(self, connection: psycopg.Connection, replacement: Replacement) -> None:
        self.connection = connection
        self.table = replacement.table
        self.window = replacement.window
        self.target = sql.Identifier(self.table.schema, self.table.name)
        self.name = sql.Identifier(f"candidate_{self.table.name}")
        self.columns = sql.SQL(", ").join(map(sql.Identifier, self.table.column_names))
        self.changed = False
        self.scope = replacement.scope
        connection.execute(
            sql.SQL("CREATE TEMPORARY TABLE {} ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA").format(
                self.name, self.columns, self.target
            )
        )
        self._fill(replacement.source)
        self.counted = self._count()

    def _fill(self, source: Source) -> None:
        if isinstance(source, Query):
            text = sql.SQL(source.text)  # pyright: ignore[reportArgumentType]
            insert = sql.SQL("INSERT INTO {} ({}) SELECT {} FROM (\n{}\n) AS made")
            self.connection.execute(
                insert.format(self.name, self.columns, self.columns, text), {**source.parameters, **self._bounds()}
            )
        else:
            copy_arrow(self.connection, self.name, source.tables if isinstance(source, Stream) else [source])
        self.connection.execute(sql.SQL("ANALYZE {}").format(self.name))

    def _count(self) -> Counted:
        nullable = [column.name for column in self.table.columns if column.nullable]
        counts = [sql.SQL("count(*) - count({})").format(sql.Identifier(name)) for name in nullable]
        query = sql.SQL("SELECT (SELECT count(*) FROM {}{}), {} FROM {}").format(
            self.target, self._where(), sql.SQL(", ").join([sql.SQL("count(*)"), *counts]), self.name
        )
        former, rows, *nulls = self.connection.execute(query, self._bounds()).fetchone() or (0, 0)
        return Counted(self.table.relation, self.window, former, rows, dict(zip(nullable, nulls, strict=True)))

    def check(self, terms: Terms) -> list[CheckResult]:
        checks = candidate_checks(self.table, self.name, self.window)
        return [*(_run(self.connection, check, self.table) for check in checks), *self._drift(terms)]

    def _drift(self, terms: Terms) -> list[CheckResult]:
        judged = terms.judge(self.table, _former_source(self.connection, self.table.relation))
        compared = compare(self.connection, self.table, self.name, self._where(), self._bounds()) if judged else []
        return drift_results(self.table, compared, accepted=terms.accept(self.table))

    def replace(self) -> None:
        if self.window and self._is_partitioned():
            self.connection.execute(
                "SELECT support.make_month_partitions(%s::regclass, %s, %s)",
                [self.table.relation, *self._months_with_rows()],
            )
        self.changed = self._differs()
        if self.changed:
            self.connection.execute(sql.SQL("DELETE FROM {}{}").format(self.target, self._where()), self._bounds())
            self.connection.execute(
                sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {}").format(
                    self.target, self.columns, self.columns, self.name
                )
            )

    def published(self, run_id: str | None, results: list[CheckResult], terms: Terms) -> Published:
        relation, rows = self.table.relation, self.counted.rows
        part = self.window or self.scope
        total = _scalar(self.connection, sql.SQL("SELECT count(*) FROM {}").format(self.target)) if part else rows
        through, by_date = None, {}
        if self.table.window_column:
            column = sql.Identifier(self.table.window_column)
            through = _scalar(self.connection, sql.SQL("SELECT max({}) FROM {}").format(column, self.target))
            counts = sql.SQL("SELECT {}, count(*) FROM {} GROUP BY 1").format(column, self.name)
            by_date = dict(self.connection.execute(counts).fetchall())
        version = _record(self.connection, relation, total, through, run_id, changed=self.changed)
        _log(self.connection, self.counted, results, run_id, terms, version)
        return Published(relation, version, self.changed, rows, total, by_date, tuple(results))

    def _is_partitioned(self) -> bool:
        return _scalar(
            self.connection,
            sql.SQL("SELECT relkind = 'p' FROM pg_class WHERE oid = {}::regclass").format(
                sql.Literal(self.table.relation)
            ),
        )

    def _months_with_rows(self) -> tuple[date | None, date | None]:
        """From the first to the last date of the candidate: a wide window over few data makes few partitions."""
        column = sql.Identifier(self.table.window_column or "")
        row = self.connection.execute(
            sql.SQL("SELECT min({0}), max({0}) FROM {1}").format(column, self.name)
        ).fetchone()
        return row or (None, None)

    def _differs(self) -> bool:
        compared = sql.SQL(", ").join(sql.Identifier(c.name) for c in self.table.columns if not c.volatile)
        present = sql.SQL("SELECT {} FROM {}{}").format(compared, self.target, self._where())
        wanted = sql.SQL("SELECT {} FROM {}").format(compared, self.name)
        query = sql.SQL("SELECT EXISTS (({0}) EXCEPT ALL ({1})) OR EXISTS (({1}) EXCEPT ALL ({0}))")
        row = self.connection.execute(query.format(present, wanted), self._bounds()).fetchone()
        return bool(row and row[0])

    def _where(self) -> sql.Composable:
        conditions: list[sql.Composable] = [self.scope] if self.scope else []
        if self.window:
            column = sql.Identifier(self.table.window_column or "")
            conditions.append(sql.SQL("{} BETWEEN %(first)s AND %(last)s").format(column))
        return sql.SQL(" WHERE ") + sql.SQL(" AND ").join(conditions) if conditions else sql.SQL("")

    def _bounds(self) -> dict[str, date]:
        return {"first": self.window.first, "last": self.window.last} if self.window else {}


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

    Null and the empty string stay apart: pyarrow writes the one bare and the other in quotes, which COPY reads alike.
    """
    remaining = iter(tables)
    first = next(remaining, None)
    if first is None:
        return
    columns = sql.SQL(", ").join(map(sql.Identifier, first.column_names))
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(relation, columns)
    with connection.cursor().copy(statement) as copy:
        for table in chain([first], remaining):
            pyarrow.csv.write_csv(table, _CopyStream(copy), pyarrow.csv.WriteOptions(include_header=False))


def _lock(connection: psycopg.Connection, table: Table) -> None:
    """Writers of one table take turns, whatever windows they replace; readers are not held up."""
    connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [table.relation])


def _run(connection: psycopg.Connection, check: Check, table: Table) -> CheckResult:
    counted = sql.SQL("SELECT count(*) FROM ({}) AS offenders").format(check.offenders)
    row = connection.execute(counted, check.parameters).fetchone()
    offending = row[0] if row else 0
    examples: list[dict[str, Any]] = []
    if offending:
        with connection.cursor(row_factory=dict_row) as cursor:
            shown = sql.SQL("SELECT * FROM ({}) AS offenders LIMIT {}").format(check.offenders, sql.Literal(EXAMPLES))
            examples = cursor.execute(shown, check.parameters).fetchall()
    return CheckResult(check.name, check.meaning, offending, tuple(examples), table.severity(check.name))


def _refuse_failures(results: Mapping[str, list[CheckResult]]) -> None:
    if any(result.refuses for checks in results.values() for result in checks):
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


def _log(
    connection: psycopg.Connection,
    counted: Counted,
    results: Iterable[CheckResult],
    run_id: str | None,
    terms: Terms,
    version: int | None = None,
) -> None:
    """Write the row of `support.publications`; without a version the publication was refused."""
    checks = [
        {"name": r.name, "severity": r.severity.value, "offending_rows": r.offending_rows, "examples": r.example_texts}
        for r in results
    ]
    connection.execute(
        "INSERT INTO support.publications"
        " (dataset, version, run_id, source, first_day, last_day, former_rows, rows, nulls, checks)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [
            counted.relation,
            version,
            run_id,
            terms.source,
            counted.window and counted.window.first,
            counted.window and counted.window.last,
            counted.former_rows,
            counted.rows,
            json.dumps(counted.nulls),
            json.dumps(checks, ensure_ascii=False),
        ],
    )


def _former_source(connection: psycopg.Connection, relation: str) -> str | None:
    """The source in use when the rows that are there were published; None before the first publication."""
    row = connection.execute(
        "SELECT source FROM support.publications WHERE dataset = %s AND version IS NOT NULL"
        " ORDER BY publication_id DESC LIMIT 1",
        [relation],
    ).fetchone()
    return row[0] if row else None


def _scalar(connection: psycopg.Connection, query: sql.Composed) -> Any:
    row = connection.execute(query).fetchone()
    return row[0] if row else None
