"""Rows that are taken back without new ones in their place: as atomic, and as much a new version, as a publication."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import sql

from nova_assets.publication.records import record
from nova_assets.registry import Table

EVERY_ROW = sql.SQL("true")


def delete_rows(
    connection: psycopg.Connection,
    table: Table,
    where: sql.Composable = EVERY_ROW,
    values: Sequence[Any] = (),
    run_id: str | None = None,
) -> int:
    """Delete rows of a table, and raise its version where there were any.

    Args:
        connection: as the pipeline's role; a transaction of its own unless one is open.
        table: which rows.
        where: condition, with `%s` for each of `values`.
        values: what the condition compares with.
        run_id: the Dagster run that deletes.

    Returns:
        How many rows were deleted.
    """
    relation = sql.Identifier(table.schema, table.name)
    day = sql.Identifier(table.window_column) if table.window_column else sql.SQL("NULL::date")
    with connection.transaction():
        # As a publication does: writers of one table take turns.
        connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [table.relation])
        deleted = connection.execute(sql.SQL("DELETE FROM {} WHERE {}").format(relation, where), values).rowcount
        if deleted:
            left = connection.execute(sql.SQL("SELECT count(*), max({}) FROM {}").format(day, relation)).fetchone()
            rows, through = left or (0, None)
            record(connection, table.relation, rows, through, run_id, changed=True)
    return deleted
