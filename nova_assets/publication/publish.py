"""Publishes tables: new rows are written, checked and made visible in one transaction, or not at all.

The order within the transaction: lock, candidate rows into temporary tables, their checks, replacement of the window,
rules of the business, version and notification, commit. Whatever fails or dies in between, readers keep the rows they
had. A candidate equal to what is there changes nothing: the version stays, and so do caches made from it.

A bulk load of a table that has no row yet is written once: into the table itself, or, where it is cut into months, into
partitions that are attached to it.
Every publication, also one that was refused, leaves a row in `support.publications`: what was counted and checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import psycopg
import pyarrow as pa
from psycopg import sql

from nova_assets.checks import CheckResult, rule_checks
from nova_assets.drift import Terms
from nova_assets.publication.candidates import Candidate, NewRows, run_check, scalar
from nova_assets.publication.first_months import FirstMonths
from nova_assets.publication.first_rows import FirstRows
from nova_assets.publication.model import Connect, Counted, PublicationError, Published, Replacement, Stream
from nova_assets.publication.records import log, record
from nova_assets.registry import Table


def publish(
    connection: psycopg.Connection,
    replacements: Iterable[Replacement],
    run_id: str | None,
    terms: Terms,
    connect: Connect,
) -> list[Published]:
    """Replace tables in one transaction of `connection` and commit it; `connect` opens further sessions like it.

    Raises:
        PublicationError: a check failed; nothing was changed.
        psycopg.Error: the database refused; nothing was changed.
    """
    replacements = list(replacements)
    candidates: list[Candidate] = []
    try:
        with connection.transaction():
            # Always in the same order, so that two publications of the same tables cannot wait for each other.
            for table in sorted((replacement.table for replacement in replacements), key=lambda table: table.relation):
                _lock(connection, table)
            candidates += [_candidate(connection, replacement, connect) for replacement in replacements]
            results = {candidate.table.relation: candidate.check(terms) for candidate in candidates}
            _refuse_failures(results)
            for candidate in candidates:
                candidate.replace()
            for candidate in candidates:
                results[candidate.table.relation] += candidate.check_rules()
            _refuse_failures(results)
            return [candidate.published(run_id, results[candidate.table.relation], terms) for candidate in candidates]
    except PublicationError as error:
        with connection.transaction():
            for candidate in candidates:
                candidate.log(error.results[candidate.table.relation], run_id, terms)
                candidate.discard()
        raise


def _candidate(connection: psycopg.Connection, replacement: Replacement, connect: Connect) -> Candidate:
    """The new rows, where they are to be checked."""
    table = replacement.table
    target = sql.Identifier(table.schema, table.name)
    if replacement.scope is None and not isinstance(replacement.source, pa.Table) and not _has_rows(connection, target):
        is_cut = scalar(connection, _IS_CUT, {"relation": table.relation})
        try:
            with connection.transaction():
                if replacement.window and is_cut:
                    return FirstMonths(connection, replacement, target, replacement.window, connect)
                if isinstance(replacement.source, Stream):
                    return FirstRows(connection, replacement, target)
        except psycopg.IntegrityError:
            # A key twice, no value, a day outside of the window: a constraint names one such row, checks count all.
            if is_cut:
                with connect() as session:
                    session.execute("SELECT support.drop_candidate(%s::regclass)", [table.relation])
    return NewRows(connection, replacement, target)


_IS_CUT = sql.SQL("SELECT relkind = 'p' FROM pg_class WHERE oid = %(relation)s::regclass").format()


def _has_rows(connection: psycopg.Connection, relation: sql.Identifier) -> bool:
    return scalar(connection, sql.SQL("SELECT EXISTS (SELECT FROM {})").format(relation))


def refresh(connection: psycopg.Connection, view: Table, run_id: str | None, terms: Terms) -> Published:
    """Bring a materialized view up to date without blocking its readers, and record it as a new version."""
    with connection.transaction():
        _lock(connection, view)
        connection.execute("SELECT support.refresh_view(%s::regclass)", [view.relation])
        name = sql.Identifier(view.schema, view.name)
        rows = scalar(connection, sql.SQL("SELECT count(*) FROM {}").format(name))
        results = [run_check(connection, check, view) for check in rule_checks(view, None)]
        _refuse_failures({view.relation: results})
        through = connection.execute(
            "SELECT max(data_through) FROM support.dataset_versions WHERE dataset = ANY (%s)", [list(view.upstream)]
        ).fetchone()
        version = record(connection, view.relation, rows, through[0] if through else None, run_id, changed=True)
        log(connection, Counted(view.relation, None, None, rows, {}), results, run_id, terms, version)
        return Published(view.relation, version, True, rows, rows, {}, tuple(results))


def _lock(connection: psycopg.Connection, table: Table) -> None:
    """Writers of one table take turns, whatever windows they replace; readers are not held up."""
    connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [table.relation])


def _refuse_failures(results: Mapping[str, list[CheckResult]]) -> None:
    if any(result.refuses for checks in results.values() for result in checks):
        raise PublicationError(results)
