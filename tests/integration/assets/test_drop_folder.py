"""Workbooks in the drop folder: which are loaded, and which are put aside. Loads under a daemon: test_daemon.py."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from nova_assets.drift import ACCEPT_TAG
from nova_assets.operations.drop_folder import drop_folder_sensor, load_dropped_workbook
from tests.support.pipeline import Pipeline
from tests.support.workbooks import write_workbook


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

    def run(self, request: dg.RunRequest, **tags: str) -> dg.ExecuteInProcessResult:
        return load_dropped_workbook.execute_in_process(
            run_config=request.run_config, tags={**request.tags, **tags}, instance=self.instance, raise_on_error=False
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


def test_the_drift_that_a_run_accepts_is_accepted_by_the_load_that_it_starts(
    folder: Folder, pipeline: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    lines = [{"solicitacao": n} for n in range(300)]
    pipeline.extract(write_workbook(tmp_path / "all.xlsx", lines))
    monkeypatch.setenv("DATABASE_URL", pipeline.database.pipeline_url)
    # The load gets as far as the forecasts, which this test does not need.
    monkeypatch.setenv("NOVA_FORECASTING_PYTHON", str(tmp_path / "no python"))
    write_workbook(folder.path / "few.xlsx", lines[:30])
    [request] = folder.requests()
    refused = folder.run(request)
    assert not refused.success
    assert "rows_are_not_lost" in (folder.path / "rejected" / "few.xlsx.reason.txt").read_text(encoding="utf-8")
    assert pipeline.one("SELECT count(*) FROM staging.purchase_lines") == 300

    (folder.path / "rejected" / "few.xlsx").rename(folder.path / "few.xlsx")
    folder.run(request, **{ACCEPT_TAG: "all"})
    assert pipeline.one("SELECT count(*) FROM staging.purchase_lines") == 30


def test_while_the_erp_is_the_source_files_are_left_alone(folder: Folder, monkeypatch: pytest.MonkeyPatch):
    write_workbook(folder.path / "march.xlsx")
    monkeypatch.setenv("NOVA_SOURCE", "erp")
    skipped = drop_folder_sensor()(dg.build_sensor_context(instance=folder.instance))
    assert isinstance(skipped, dg.SkipReason)
    assert "NOVA_SOURCE=erp" in (skipped.skip_message or "")


def test_the_time_between_two_looks_is_a_setting(monkeypatch: pytest.MonkeyPatch):
    assert drop_folder_sensor().minimum_interval_seconds == 30
    monkeypatch.setenv("NOVA_DROP_FOLDER_SECONDS", "5")
    assert drop_folder_sensor().minimum_interval_seconds == 5
