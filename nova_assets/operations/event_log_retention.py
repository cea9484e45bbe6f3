"""Deletes what nobody reads any more from Dagster's event log, which Dagster itself lets grow for ever.

What happened to an asset (materializations, observations, checks, and what a run had planned of them) is never deleted:
the state of partitions, freshness and lineage come from it. Messages and steps of runs that ended long ago are.
"""

from datetime import timedelta

import dagster as dg
import psycopg
from psycopg import sql

from nova_assets import settings
from nova_assets.operations.retention import Size, shrunk

# Deleted at once: short transactions hold up no run that writes its events.
BATCH = 20_000
# Timestamps of event_logs are UTC, without saying so.
DELETABLE = sql.SQL(
    """
    DELETE FROM event_logs WHERE id IN (
        SELECT e.id
        FROM event_logs AS e INNER JOIN runs AS r ON r.run_id = e.run_id
        WHERE
            e.timestamp < (now() AT TIME ZONE 'UTC') - %(age)s
            AND e.asset_key IS NULL
            AND (
                e.dagster_event_type IS NULL
                OR (e.dagster_event_type NOT LIKE 'ASSET\\_%%' AND e.dagster_event_type NOT LIKE 'FRESHNESS\\_%%')
            )
            AND r.status IN ('SUCCESS', 'FAILURE', 'CANCELED')
        LIMIT %(batch)s
    )
    """
)


class Age(dg.Config):
    """After how many days messages are deleted; without it NOVA_EVENT_LOG_DAYS."""

    days: int | None = None


@dg.asset(
    key=["operations", "event_log_retention"],
    group_name="operations",
    kinds={"dagster", "postgres"},
    owners=["team:data"],
)
def event_log_retention(context: dg.AssetExecutionContext, config: Age) -> dg.MaterializeResult:
    """Dagster's event log without the messages and steps of runs that ended long ago; all events of assets stay."""
    days = config.days if config.days is not None else settings.event_log_days()
    with psycopg.connect(settings.dagster_database_url(), autocommit=True) as connection:
        before = size(connection)
        deleted = delete_older(connection, timedelta(days=days))
        # The room is used again by later events; files shrink only by VACUUM FULL, which would stop all runs.
        connection.execute("VACUUM (ANALYZE) event_logs")
        after = size(connection)
    return shrunk(days, deleted, before, after)


def delete_older(connection: psycopg.Connection, age: timedelta) -> int:
    """Delete messages older than `age`, batch by batch; returns how many. `connection` must be in autocommit."""
    deleted = 0
    while count := connection.execute(DELETABLE, {"age": age, "batch": BATCH}).rowcount:
        deleted += count
    return deleted


def size(connection: psycopg.Connection) -> Size:
    """Rows of the event log, and its bytes with indexes."""
    row = connection.execute(
        "SELECT (SELECT count(*) FROM event_logs), pg_total_relation_size('event_logs')"
    ).fetchone()
    return row or (0, 0)
