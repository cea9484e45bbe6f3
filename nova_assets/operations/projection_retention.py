"""Deletes projections of days long past: what was proposed from them stays, their paths of a hundred days do not."""

import dagster as dg
import psycopg
from psycopg import sql

from nova_assets import settings
from nova_assets.operations.retention import Size, shrunk
from nova_assets.publication.deletion import delete_rows
from nova_assets.registry.recommendations import STOCK_PROJECTION
from nova_assets.resources.warehouse import Warehouse

OLDER = sql.SQL("date < (SELECT max(date) FROM analytics.stock_projection) - %s::integer")


@dg.asset(
    key=["operations", "projection_retention"],
    group_name="operations",
    kinds={"postgres"},
    owners=["team:data"],
    pool="warehouse",
)
def projection_retention(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult:
    """analytics.stock_projection without days that lie more than NOVA_PROJECTION_DAYS before its latest."""
    days = settings.projection_days()
    with warehouse.connect(context.run.run_id) as connection:
        before = size(connection)
        deleted = delete_older(connection, days, context.run.run_id)
        after = size(connection)
    return shrunk(days, deleted, before, after)


def delete_older(connection: psycopg.Connection, days: int, run_id: str | None) -> int:
    """Delete the days more than `days` before the latest, as a new version of the table; returns how many rows."""
    return delete_rows(connection, STOCK_PROJECTION, OLDER, [days], run_id)


def size(connection: psycopg.Connection) -> Size:
    """Rows of the table, and its bytes with indexes, all months together."""
    row = connection.execute(
        "SELECT (SELECT count(*) FROM analytics.stock_projection), sum(pg_total_relation_size(relid))::bigint"
        " FROM pg_partition_tree('analytics.stock_projection')"
    ).fetchone()
    return row or (0, 0)
