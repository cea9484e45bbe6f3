"""What starts by itself, under a real daemon that asks a real code server: the drop folder, and both kinds of schedule.

The tests follow one another: what an earlier one loaded is there for the later ones.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import psycopg
import pytest
from dagster._core.storage.tags import SCHEDULED_EXECUTION_TIME_TAG

from nova_assets.partitions import WEEK, monday, today
from nova_assets.settings import PROJECT_ROOT
from nova_local import health, processes
from nova_local.embedded import Services
from nova_local.ports import any_free
from tests.conftest import Database, migrated_copy
from tests.support.workbooks import write_workbook

FORECASTING = PROJECT_ROOT / ".venv-forecasting" / "bin" / "python"
DAYS = 28
PATIENCE = 240  # seconds: a schedule ticks once a minute, then its run has to load everything

pytestmark = pytest.mark.skipif(
    not FORECASTING.exists(), reason="there is no forecasting environment: `make up` makes it"
)


@dataclass(frozen=True)
class Night:
    """A daemon and a code server on a warehouse of their own."""

    folder: Path
    link: Path
    database: Database
    instance: dg.DagsterInstance
    environment: dict[str, str]
    workspace: Path
    log: Path

    def start_schedules(self) -> None:
        """As a person does in Dagster."""
        command = [sys.executable, "-m", "dagster", "schedule", "start", "--start-all", "-w", str(self.workspace)]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    def runs(self, job: str) -> Sequence[dg.DagsterRun]:
        """The runs of a job, the first one first."""
        return self.instance.get_runs(dg.RunsFilter(job_name=job), ascending=True)

    def first_succeeded(self, job: str) -> bool:
        """Whether the first run of the job is over; if it failed, what it said is shown."""
        first = next(iter(self.runs(job)), None)
        if first is None:
            return False
        assert not first.is_failure, [entry.user_message for entry in self.instance.all_logs(first.run_id)]
        return first.is_success

    def one(self, query: str, *parameters: Any) -> Any:
        with psycopg.connect(self.database.admin_url) as connection:
            row = connection.execute(query.encode(), parameters).fetchone()
        assert row is not None
        return row[0]

    def eventually(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline, self.log.read_text(encoding="utf-8")[-4000:]
            time.sleep(0.2)


@pytest.fixture(scope="module")
def night(services: Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    root, port = tmp_path_factory.mktemp("night"), any_free()
    folder, home, workspace = root / "drop", root / "dagster", root / "workspace.yaml"
    folder.mkdir()
    home.mkdir()
    (root / "workbook.xlsx").symlink_to(write_workbook(root / "former.xlsx"))
    shutil.copyfile(PROJECT_ROOT / "dagster.yaml", home / "dagster.yaml")
    workspace.write_text(
        f"load_from: [{{grpc_server: {{host: 127.0.0.1, port: {port}, location_name: warehouse}}}}]\n", encoding="utf-8"
    )
    with ExitStack() as cleanup:
        database = cleanup.enter_context(migrated_copy(services))
        environment = {
            **os.environ,
            **services.environment,
            "DATABASE_URL": database.pipeline_url,
            "DAGSTER_HOME": str(home),
            "DAGSTER_EVENT_BATCH_SIZE": "100",
            "DAGSTER_EMIT_PARTITION_SUBSET_IN_PLANNED_EVENTS": "true",
            "ERP_WORKBOOK": str(root / "workbook.xlsx"),
            "NOVA_SOURCE": "workbook",
            "NOVA_EXTERNAL": "simulated",
            "NOVA_LAKE": str(root / "lake"),
            "NOVA_FORECASTING_PYTHON": str(FORECASTING),
            "NOVA_DROP_FOLDER": str(folder),
            "NOVA_DROP_FOLDER_SECONDS": "3",
            "NOVA_LATE_DATA_DAYS": str(DAYS),
            "NOVA_NIGHTLY_CRON": "* * * * *",
            "NOVA_WEEKLY_CRON": "* * * * *",
        }
        patch = cleanup.enter_context(pytest.MonkeyPatch.context())
        patch.setenv("DAGSTER_DATABASE_URL", environment["DAGSTER_DATABASE_URL"])
        instance = cleanup.enter_context(dg.DagsterInstance.from_config(str(home)))
        night = Night(folder, root / "workbook.xlsx", database, instance, environment, workspace, root / "log.txt")
        log = cleanup.enter_context(night.log.open("ab"))
        server = f"dagster api grpc -m nova_assets.definitions -h 127.0.0.1 -p {port}"
        start(cleanup, server, environment, log)
        night.eventually(lambda: health.listens(port))
        start(cleanup, f"dagster-daemon run -w {workspace}", environment, log)
        yield night


def start(cleanup: ExitStack, command: str, environment: dict[str, str], log: Any) -> None:
    """Start a program of the environment; it ends with the context, and what it started with it."""
    program, *arguments = command.split()
    process = subprocess.Popen(
        [Path(sys.executable).with_name(program), *arguments],
        cwd=PROJECT_ROOT,
        env=environment,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    cleanup.callback(processes.end_group, process.pid)
    cleanup.callback(processes.stop, process)


def lines(*more: dict[str, Any]) -> list[dict[str, Any]]:
    """Requests of the four weeks up to last Sunday, so that the data reach the origin of this week."""
    mondays = [monday(today()) - n * WEEK for n in range(4, 0, -1)]
    days = [*mondays, mondays[-1] + timedelta(days=6)]
    requests = [{"data_solicitado": day, "data_de_compra": None, "solicitacao": n} for n, day in enumerate(days)]
    return [*requests, *more]


def test_a_bad_file_is_put_aside_with_its_reason_and_unfinished_files_stay(night: Night):
    partial = write_workbook(night.folder / "partial.xlsx.part", lines())
    (night.folder / "bad.xlsx").write_text("not a workbook", encoding="utf-8")
    reason = night.folder / "rejected" / "bad.xlsx.reason.txt"
    night.eventually(reason.exists)
    assert "not an Excel workbook" in reason.read_text(encoding="utf-8")
    assert not (night.folder / "bad.xlsx").exists()
    assert partial.exists()
    assert [run.tags["nova/workbook"] for run in night.runs("load_dropped_workbook")] == ["bad.xlsx"]


def test_a_file_that_gets_its_final_name_is_loaded_with_all_that_follows(night: Night):
    (night.folder / "partial.xlsx.part").rename(night.folder / "march.xlsx")
    night.eventually((night.folder / "loaded" / "march.xlsx").exists)
    assert night.one("SELECT sum(demand) FROM core.fact_demand_daily") == 50
    assert night.one("SELECT count(*) FROM analytics.mv_item_overview") == 1
    assert origins_with_forecasts(night)[-1] == monday(today())


def test_the_same_content_under_another_name_starts_no_run(night: Night):
    shutil.copyfile(night.folder / "loaded" / "march.xlsx", night.folder / "again.xlsx")
    night.eventually((night.folder / "loaded" / "again.xlsx").exists)
    assert len(night.runs("load_dropped_workbook")) == 2


def test_at_night_one_run_loads_the_last_days_again_and_on_monday_the_new_origin_is_made(night: Night):
    with psycopg.connect(night.database.admin_url) as connection:
        connection.execute("DELETE FROM analytics.fact_forecasts WHERE origin = %s", [monday(today())])
    assert monday(today()) not in origins_with_forecasts(night)
    # The ERP's export of the evening: a request of last Sunday was entered late.
    late = {"data_solicitado": monday(today()) - timedelta(days=1), "data_de_compra": None, "solicitacao": 9}
    write_workbook(night.link.resolve(), lines({**late, "quantidade": 7}))

    night.start_schedules()
    night.eventually(lambda: night.first_succeeded("nightly_facts") and night.first_succeeded("weekly_origin"))
    for job in ("nightly_facts", "weekly_origin"):
        ticks = [run.tags[SCHEDULED_EXECUTION_TIME_TAG] for run in night.runs(job)]
        assert len(ticks) == len(set(ticks)), "a tick starts one run"
    nightly = night.runs("nightly_facts")[0]
    assert date.fromisoformat(nightly.tags["dagster/asset_partition_range_start"]) == today() - timedelta(days=DAYS)
    assert date.fromisoformat(nightly.tags["dagster/asset_partition_range_end"]) == today() - timedelta(days=1)
    assert night.one("SELECT sum(demand) FROM core.fact_demand_daily") == 57
    assert night.one("SELECT demand_52w FROM analytics.mv_item_overview") is not None
    assert origins_with_forecasts(night)[-1] == monday(today())


def origins_with_forecasts(night: Night) -> list[date]:
    with psycopg.connect(night.database.api_url) as reader:
        return [day for (day,) in reader.execute("SELECT DISTINCT origin FROM analytics.fact_forecasts ORDER BY 1")]
