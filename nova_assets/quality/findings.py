"""What the page of data quality tells, read from the warehouse by the queries in `sql/quality/page/`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row

from nova_assets.sqlfiles import read_sql

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Findings:
    """The rows of each query of the page; a field is named after its file."""

    tables: Rows
    refusals: Rows
    rejections: Rows
    offenders: Rows
    quantities: Rows
    prices: Rows
    lines_by_month: Rows
    anomalies_by_family: Rows
    drift_by_day: Rows

    @property
    def tables_with_warnings(self) -> int:
        return sum(row["warnings"] is not None for row in self.tables)

    def total(self, column: str) -> int:
        """The sum of a count over all tables."""
        return sum(row[column] or 0 for row in self.tables)


def read_findings(connection: psycopg.Connection) -> Findings:
    """Run the queries of the page, each over what is published now."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return Findings(
            **{
                name: cursor.execute(read_sql(f"quality/page/{name}.sql").encode()).fetchall()
                for name in Findings.__dataclass_fields__
            }
        )
