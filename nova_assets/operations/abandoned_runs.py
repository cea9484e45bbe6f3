"""Ends runs whose process was killed.

A run that a command makes in its own process is known to nobody else: when that process is killed, Dagster believes
that the run goes on, and keeps its places in the pools, so that two killed commands would let no step after them begin.
A command therefore holds a lock in the warehouse while it lives, named by a tag of its runs; PostgreSQL gives it back
however the command ends.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from uuid import uuid4

import dagster as dg
import psycopg

from nova_assets.resources.warehouse import Warehouse

OWNER = "nova/owner"
UNFINISHED = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]


@contextmanager
def owner(warehouse: Warehouse) -> Iterator[Mapping[str, str]]:
    """The tag for the runs of this process, which is alive as long as this lasts."""
    name = uuid4().hex
    with warehouse.connect(f"owner {name}") as connection:
        connection.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [name])
        yield {OWNER: name}


def end_abandoned_runs(instance: dg.DagsterInstance, warehouse: Warehouse) -> list[str]:
    """Mark runs of commands that are gone as failed and free their places in pools; returns the ids of the runs."""
    owned = [run for run in instance.get_runs(dg.RunsFilter(statuses=UNFINISHED)) if OWNER in run.tags]
    with warehouse.connect() as connection:
        abandoned = [run for run in owned if _is_free(connection, run.tags[OWNER])]
    for run in abandoned:
        instance.report_run_failed(run, "Its process is gone; what it had published stays.")
        instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
    return [run.run_id for run in abandoned]


def _is_free(connection: psycopg.Connection, name: str) -> bool:
    """Whether nobody holds the lock; asking takes it for no longer than the statement."""
    row = connection.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [name]).fetchone()
    return row == (True,)
