"""Workbooks in the drop folder: which are loaded, which are put aside, and that none is loaded twice."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import dagster as dg
import psycopg
import pytest

from nova_assets.operations.drop_folder import SHA256, drop_folder_sensor, load_dropped_workbook
from nova_assets.partitions import WEEK
from nova_assets.settings import PROJECT_ROOT
from tests.conftest import Database
from tests.support.workbooks import write_workbook

FORECASTING = PROJECT_ROOT / ".venv-forecasting" / "bin" / "python"


class Folder:
    """A drop folder, and a Dagster instance that looks into it."""

    def __init__(self, path: Path, instance: dg.DagsterInstance) -> None:
        self.path = path
        self.instance = instance
        self.cursor: str | None = None

    def tick(self) -> dg.SensorResult:
        sensor = drop_folder_sensor()
        context = dg.build_sensor_context(instance=self.instance, cursor=self.cursor)
        result = sensor(context)
        assert isinstance(result, dg.SensorResult)
        self.cursor = result.cursor
        return result

    def requests(self) -> list[dg.RunRequest]:
        """What the sensor asks for once the files have stood still for a tick."""
        self.tick()
        return list(self.tick().run_requests or [])

    def run(self, request: dg.RunRequest) -> dg.ExecuteInProcessResult:
        return load_dropped_workbook.execute_in_process(
            run_config=request.run_config, tags=request.tags, instance=self.instance, raise_on_error=False
        )

    def files(self, subfolder: str = ".") -> set[str]:
        return {path.name for path in (self.path / subfolder).iterdir() if path.is_file()}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Folder]:
    path = tmp_path / "drop"
    path.mkdir()
    home = tmp_path / "dagster"
    home.mkdir()
    (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n", encoding="utf-8")
    monkeypatch.setenv("NOVA_DROP_FOLDER", str(path))
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    monkeypatch.delenv("NOVA_SOURCE", raising=False)
    with dg.DagsterInstance.get() as instance:
        yield Folder(path, instance)


def test_without_a_folder_the_sensor_says_so_and_is_stopped(folder: Folder, monkeypatch: pytest.MonkeyPatch):
    assert drop_folder_sensor().default_status is dg.DefaultSensorStatus.RUNNING
    monkeypatch.delenv("NOVA_DROP_FOLDER")
    sensor = drop_folder_sensor()
    assert sensor.default_status is dg.DefaultSensorStatus.STOPPED
    skipped = sensor(dg.build_sensor_context(instance=folder.instance))
    assert isinstance(skipped, dg.SkipReason)
    assert "NOVA_DROP_FOLDER is not set" in (skipped.skip_message or "")


def test_a_file_is_taken_only_after_it_stood_still_and_unfinished_names_never(folder: Folder):
    workbook = write_workbook(folder.path / "march.xlsx")
    for name in ("~$march.xlsx", ".march.xlsx", "march.xlsx.part", "march.tmp", "april.crdownload"):
        (folder.path / name).write_bytes(workbook.read_bytes())
    assert not folder.tick().run_requests
    with workbook.open("ab") as growing:
        growing.write(b"more")
    assert not folder.tick().run_requests
    requests = folder.tick().run_requests
    assert requests
    assert [one.tags["nova/workbook"] for one in requests] == ["march.xlsx"]


def test_the_oldest_file_comes_first_and_one_at_a_time(folder: Folder):
    write_workbook(folder.path / "a_new.xlsx", [{"quantidade": 2}])
    old = write_workbook(folder.path / "b_old.xlsx", [{"quantidade": 3}])
    os.utime(old, (1_700_000_000, 1_700_000_000))
    requests = folder.requests()
    assert [one.tags["nova/workbook"] for one in requests] == ["b_old.xlsx"]
    folder.instance.create_run_for_job(load_dropped_workbook, run_config=requests[0].run_config, tags=requests[0].tags)
    assert not folder.tick().run_requests


def test_a_bad_file_is_put_aside_with_the_reason_and_so_is_the_same_content_later(folder: Folder):
    (folder.path / "bad.xlsx").write_text("not a workbook", encoding="utf-8")
    [request] = folder.requests()
    assert not folder.run(request).success
    assert folder.files() == set()
    assert folder.files("rejected") == {"bad.xlsx", "bad.xlsx.reason.txt"}
    assert "not an Excel workbook" in (folder.path / "rejected" / "bad.xlsx.reason.txt").read_text(encoding="utf-8")

    (folder.path / "bad.xlsx").write_text("not a workbook", encoding="utf-8")
    assert folder.requests() == []
    assert folder.files("rejected") >= {"bad (2).xlsx", "bad (2).xlsx.reason.txt"}


def test_a_workbook_of_which_no_line_can_be_used_is_put_aside_before_anything_is_published(folder: Folder):
    write_workbook(folder.path / "empty.xlsx", [{"quantidade": 0}])
    [request] = folder.requests()
    # DATABASE_URL leads nowhere: nothing may be asked of it.
    assert not folder.run(request).success
    assert "not one of its 1 lines" in (folder.path / "rejected" / "empty.xlsx.reason.txt").read_text(encoding="utf-8")


def test_a_load_that_breaks_off_leaves_the_file_and_its_run_can_be_run_again(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nowhere")
    write_workbook(folder.path / "good.xlsx")
    [request] = folder.requests()
    assert not folder.run(request).success
    assert folder.files() == {"good.xlsx"}
    assert "run it again" in (folder.tick().skip_reason.skip_message or "")  # pyright: ignore[reportOptionalMemberAccess]


@pytest.mark.skipif(not FORECASTING.exists(), reason="there is no forecasting environment: `make up` makes it")
def test_a_good_file_becomes_facts_forecasts_and_kpis_once_and_is_remembered(
    folder: Folder, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    former, link = write_workbook(tmp_path / "former.xlsx", [{"quantidade": 7}]), tmp_path / "workbook.xlsx"
    link.symlink_to(former)
    for name, value in {
        "DATABASE_URL": database.pipeline_url,
        "NOVA_LAKE": str(tmp_path / "lake"),
        "NOVA_EXTERNAL": "simulated",
        "ERP_WORKBOOK": str(link),
        "NOVA_FORECASTING_PYTHON": str(FORECASTING),
        "DAGSTER_EVENT_BATCH_SIZE": "100",
        "DAGSTER_EMIT_PARTITION_SUBSET_IN_PLANNED_EVENTS": "true",
    }.items():
        monkeypatch.setenv(name, value)
    # Demand in four weeks, so that there is a class and a forecast.
    mondays = [date(2025, 3, 3) + n * WEEK for n in range(4)]
    lines = [{"data_solicitado": day, "data_de_compra": None, "solicitacao": n} for n, day in enumerate(mondays)]
    late = {"data_solicitado": mondays[-1] + timedelta(days=6), "data_de_compra": None, "solicitacao": 9}
    workbook = write_workbook(folder.path / "march.xlsx", [*lines, late])
    content = workbook.read_bytes()
    [request] = folder.requests()
    assert request.run_key == request.tags[SHA256]
    result = folder.run(request)
    assert result.success, [entry.user_message for entry in folder.instance.all_logs(result.run_id)]

    with psycopg.connect(database.api_url) as reader:
        assert reader.execute("SELECT sum(demand) FROM core.fact_demand_daily").fetchone() == (50,)
        assert reader.execute("SELECT count(*) > 0 FROM analytics.fact_forecasts").fetchone() == (True,)
        assert reader.execute("SELECT count(*) FROM analytics.mv_item_overview").fetchone() == (1,)
    assert folder.files("loaded") == {"march.xlsx"}
    assert link.resolve() == (folder.path / "loaded" / "march.xlsx").resolve()

    (folder.path / "again.xlsx").write_bytes(content)
    assert folder.requests() == []
    assert folder.files("loaded") == {"march.xlsx", "again.xlsx"}
