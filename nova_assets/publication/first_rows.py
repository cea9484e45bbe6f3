"""New rows of a table that has none: written into the table itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import psycopg
from psycopg import sql

from nova_assets.checks import UNIQUE_KEY, CheckResult, candidate_checks
from nova_assets.drift import Comparison, Terms
from nova_assets.partitions import Window
from nova_assets.publication.candidates import Candidate, Tally, run_check
from nova_assets.publication.model import Replacement
from nova_assets.registry import Table


class FirstRows(Candidate):
    """New rows of a table that has none, in the table itself; what its constraints hold needs no check.

    Raises:
        psycopg.IntegrityError: they break a constraint.
    """

    def __init__(
        self,
        connection: psycopg.Connection,
        replacement: Replacement,
        target: sql.Identifier,
        name: sql.Identifier | None = None,
    ) -> None:
        super().__init__(connection, replacement, target, name or target)
        self.former_rows = 0
        self._fill(replacement.source)
        self.tally = self._tally()

    def replace(self) -> None:
        self.changed = self.tally.rows > 0

    def _checked(self) -> Sequence[CheckResult]:
        return keyed_checks(self.connection, self.table, self.name, self.window, self.tally)

    def _compared(self, terms: Terms) -> Sequence[Comparison]:
        return []

    def _whole(self) -> tuple[int, date | None]:
        return self.tally.rows, max(self.tally.rows_by_date, default=None)


def keyed_checks(
    connection: psycopg.Connection, table: Table, relation: sql.Identifier, window: Window | None, counted: Tally
) -> list[CheckResult]:
    """Run the checks of rows that stand under the table's key, which answers for being unique."""
    return [
        CheckResult(check.name, check.meaning, 0, (), table.severity(check.name))
        if check.name == UNIQUE_KEY
        else run_check(connection, check, table, counted)
        for check in candidate_checks(table, relation, window)
    ]
