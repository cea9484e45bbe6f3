"""What the warehouse holds, in a form that can be compared: figures of each table, whatever the order of rows."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg
from psycopg import sql

from nova_assets.registry import Table


@dataclass(frozen=True)
class Content:
    """Rows of a table, and a sum of their hashes over all columns but the volatile ones."""

    rows: int
    digest: int


@dataclass(frozen=True)
class State:
    """A table as readers see it: what it holds, and what `support.dataset_versions` says of it (0: nothing yet)."""

    content: Content
    version: int
    told_rows: int


def states(connection: psycopg.Connection, tables: tuple[Table, ...]) -> dict[str, State]:
    """The states of the tables at one instant."""
    parts = [
        sql.SQL(
            "SELECT {relation} AS relation, count(*) AS rows,"
            " coalesce(sum(hashtextextended(({columns})::text, 0)::numeric), 0) AS digest FROM {table}"
        ).format(
            relation=sql.Literal(table.relation),
            columns=sql.SQL("ROW({})").format(
                sql.SQL(", ").join(sql.Identifier(column.name) for column in table.columns if not column.volatile)
            ),
            table=sql.Identifier(table.schema, table.name),
        )
        for table in tables
    ]
    query = sql.SQL(
        "SELECT relation, rows, digest, coalesce(version, 0), coalesce(row_count, 0) FROM ({}) AS found"
        " LEFT JOIN support.dataset_versions ON dataset = relation"
    ).format(sql.SQL(" UNION ALL ").join(parts))
    return {row[0]: State(Content(row[1], row[2]), row[3], row[4]) for row in connection.execute(query)}
