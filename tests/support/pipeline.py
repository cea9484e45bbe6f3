"""The warehouse location on a test's database, driven stage by stage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
import psycopg
import pytest
from dagster._core.storage import event_log
from psycopg.rows import dict_row

from nova_assets.definitions import build_defs
from nova_assets.drift import ACCEPT_TAG
from nova_assets.event_log import planned_once
from nova_assets.materialize import EXTRACT, Stage, data_range, erp_span, run_stage, stages
from nova_assets.resources.erp import Erp
from nova_assets.resources.lake import Lake
from nova_assets.resources.warehouse import Warehouse
from nova_local.embedded import Services
from tests.conftest import Database, migrated_copy


class EventLogInMemory(event_log.InMemoryEventLogStorage):
    """As in dagster.yaml, a check is planned once for a run."""

    def store_asset_check_event(self, event: dg.EventLogEntry, event_id: int | None) -> None:
        super().store_asset_check_event(planned_once(event), event_id)


def instance_in_memory() -> dg.DagsterInstance:
    """An instance that ends with the test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(event_log, "InMemoryEventLogStorage", EventLogInMemory)
        return dg.DagsterInstance.ephemeral()


Rows = list[dict[str, Any]]


@contextmanager
def copy_of(source: Pipeline, services: Services, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pipeline]:
    """The same warehouse once more, to be changed while the context lasts."""
    with migrated_copy(services, source.database.name) as database:
        pipeline = Pipeline(database, folder, monkeypatch)
        pipeline.read_from(source.erp.url)
        yield pipeline
        pipeline.instance.dispose()


class Pipeline:
    """Assets, resources and a Dagster instance that end with the test."""

    def __init__(self, database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.database = database
        self.monkeypatch = monkeypatch
        self.warehouse = Warehouse(url=database.pipeline_url)
        self.lake = Lake(root=str(folder / "lake"))
        self.instance = instance_in_memory()
        self.accept_drift: str | None = None
        # As `nova up` sets them: a year in one run takes a fraction of the time.
        monkeypatch.setenv("DAGSTER_EVENT_BATCH_SIZE", "100")
        monkeypatch.setenv("DAGSTER_EMIT_PARTITION_SUBSET_IN_PLANNED_EVENTS", "true")
        self.read_from("")

    def read_from(self, erp_url: str, branches: Sequence[str] = ()) -> None:
        """Make an ERP the source, of these branches or of all, or, without one, the workbook."""
        self.erp = Erp(url=erp_url, branches=list(branches))
        resources = {"warehouse": self.warehouse, "lake": self.lake, "erp": self.erp}
        self.repository = build_defs(resources).get_repository_def()
        self.monkeypatch.setenv("NOVA_SOURCE", "erp" if erp_url else "workbook")

    def load(self, workbook: Path) -> None:
        """Everything from a workbook up to the profiles, and the KPIs."""
        self.extract(workbook)
        self.run_after_extract()

    def load_erp(self) -> None:
        """Everything from the ERP up to the profiles, and the KPIs."""
        self.run(EXTRACT)
        self.run_after_extract()

    def extract(self, workbook: Path) -> None:
        self.monkeypatch.setenv("ERP_WORKBOOK", str(workbook))
        self.run(EXTRACT)

    def run_after_extract(self) -> None:
        """The stages after the extract; forecasts, and what rests on them, are made in the other environment."""
        days = erp_span(self.erp) if self.erp.url else None
        for stage in stages(data_range(self.warehouse, days)):
            if stage.location == "warehouse" and not stage.name.startswith(("load", "planning")):
                self.run(stage)

    def run(self, stage: Stage) -> int:
        tags = {ACCEPT_TAG: self.accept_drift} if self.accept_drift else {}
        return run_stage(stage, self.repository, self.instance, tags)

    def rows(self, query: str, *parameters: Any) -> Rows:
        with psycopg.connect(self.database.admin_url) as connection, connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(query.encode(), parameters or None).fetchall()

    def one(self, query: str, *parameters: Any) -> Any:
        return next(iter(self.rows(query, *parameters)[0].values()))
