"""Imported by a process that others are forked from: does once what the first run of each of them would do again.

Half of what a run needs is imported only when it runs; and what is there before the fork no child has to look through
for garbage.
"""

from __future__ import annotations

import gc

import adbc_driver_postgresql.dbapi  # noqa: F401
import dagster as dg
import pyarrow.compute
import pyarrow.csv  # noqa: F401


@dg.asset
def nothing() -> None:
    """A run of its own."""


with dg.DagsterInstance.ephemeral() as instance:
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    dg.materialize([nothing], instance=instance, run_config=quiet)
gc.collect()
gc.freeze()
