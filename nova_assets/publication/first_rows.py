"""New rows of a table that has none: written into the table itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import psycopg
from psycopg import sql

from nova_assets.checks import UNIQUE_KEY, Check, CheckResult
from nova_assets.drift import Comparison, Terms
from nova_assets.publication.candidates import Candidate, run_check
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

    def _run(self, check: Check) -> CheckResult:
        return run_keyed(self.connection, check, self.table)

    def _compared(self, terms: Terms) -> Sequence[Comparison]:
        return []

    def _whole(self) -> tuple[int, date | None]:
        return self.tally.rows, max(self.tally.rows_by_date, default=None)


def run_keyed(connection: psycopg.Connection, check: Check, table: Table) -> CheckResult:
    """Run a check of rows that stand under the table's key, which answers for being unique."""
    if check.name == UNIQUE_KEY:
        return CheckResult(check.name, check.meaning, 0, (), table.severity(check.name))
    return run_check(connection, check, table)
