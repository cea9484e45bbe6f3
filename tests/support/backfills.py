"""Backfills from the ERP to core in processes of their own, forked from one that has all definitions in memory."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Mapping
from multiprocessing.process import BaseProcess
from pathlib import Path

import dagster as dg

from nova_assets.definitions import defs
from nova_assets.drift import ACCEPT_TAG, ALL_TABLES
from nova_assets.materialize import MaterializationError, Stage, run_stage
from nova_assets.partitions import Window
from nova_assets.registry import core, erp

# The way to demand and stock: what else core holds is published in the same manner.
TABLES = (
    erp.REJECTED,
    erp.ITEMS,
    erp.SITES,
    erp.STOCK_BALANCES,
    erp.STOCK_MOVEMENTS,
    erp.PURCHASE_ORDERS,
    erp.RECEIPTS,
    core.DIM_ITEM,
    core.DIM_SITE,
    core.FACT_DEMAND_DAILY,
    core.FACT_INVENTORY_DAILY,
)
REPOSITORY = defs.get_repository_def()


def backfill(days: Window, environment: Mapping[str, str], log: Path) -> BaseProcess:
    """A run over these days with its own Dagster in memory, to be started; its exit code is 1 when it failed.

    ERP_URL must be set when the first one starts, to whatever: the definitions ask whether there is an ERP.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__, "tests.support.warm_dagster"])
    return context.Process(target=_run, args=(days, dict(environment), log))


def _run(days: Window, environment: Mapping[str, str], log: Path) -> None:
    os.environ.update(environment)
    stage = Stage("days", [table.relation for table in TABLES], days.first, days.last)
    with log.open("a", encoding="utf-8") as output, dg.DagsterInstance.ephemeral() as instance:
        for stream in (sys.stdout, sys.stderr):
            os.dup2(output.fileno(), stream.fileno())
        try:
            # The tests also load an earlier ERP over a later one, which has more rows.
            run_stage(stage, REPOSITORY, instance, {ACCEPT_TAG: ALL_TABLES})
        except MaterializationError as error:
            print(error, flush=True)
            sys.exit(1)
