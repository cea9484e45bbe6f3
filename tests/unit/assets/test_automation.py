"""What starts by itself, when, and over which days."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from nova_assets.automation import NIGHTLY_FRESH, schedules
from nova_assets.definitions import build_defs

BAHIA = ZoneInfo("America/Bahia")
NAMES = {
    "nightly_facts_schedule",
    "public_data_schedule",
    "weekly_origin_schedule",
    "daily_plan_schedule",
    "housekeeping_schedule",
    "failed_ranges_schedule",
}


def schedule(name: str) -> dg.ScheduleDefinition:
    return next(one for one in schedules() if one.name == name)


def requested(name: str, at: datetime) -> dg.RunRequest:
    """The one run that the schedule asks for at a tick."""
    with dg.build_schedule_context(scheduled_execution_time=at) as context:
        requests = schedule(name).evaluate_tick(context).run_requests
    assert requests is not None
    assert len(requests) == 1
    return requests[0]


def span(request: dg.RunRequest) -> tuple[str, str]:
    return (
        request.tags["dagster/asset_partition_range_start"],
        request.tags["dagster/asset_partition_range_end"],
    )


@pytest.mark.parametrize(
    ("name", "hour", "minute"), [("nightly_facts_schedule", 2, 15), ("public_data_schedule", 1, 30)]
)
def test_the_last_120_days_that_have_ended_are_loaded_again_in_one_run(name: str, hour: int, minute: int):
    request = requested(name, datetime(2026, 3, 1, hour, minute, tzinfo=BAHIA))
    assert span(request) == ("2025-11-01", "2026-02-28")


def test_the_day_of_a_tick_is_that_of_bahia_and_the_window_is_a_setting(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NOVA_LATE_DATA_DAYS", "3")
    # 02:30 of the second of March in London is still the first in Bahia.
    request = requested("nightly_facts_schedule", datetime(2026, 3, 2, 2, 30, tzinfo=ZoneInfo("Europe/London")))
    assert span(request) == ("2026-02-26", "2026-02-28")


def test_the_weekly_schedule_makes_the_origin_of_its_monday():
    request = requested("weekly_origin_schedule", datetime(2026, 3, 2, 4, 0, tzinfo=BAHIA))
    assert date(2026, 3, 2).weekday() == 0
    assert request.run_config["ops"]["make_origin"]["config"] == {"origin": "2026-03-02"}


def test_the_day_that_has_ended_is_planned_once():
    assert span(requested("daily_plan_schedule", datetime(2026, 3, 1, 5, 0, tzinfo=BAHIA))) == ("2026-02-28",) * 2


def test_crons_are_in_the_time_of_bahia():
    crons = {one.name: (one.cron_schedule, one.execution_timezone) for one in schedules()}
    assert crons["nightly_facts_schedule"] == ("15 2 * * *", "America/Bahia")
    assert crons["weekly_origin_schedule"] == ("0 4 * * 1", "America/Bahia")
    assert crons.keys() == NAMES


def test_the_hours_of_the_night_and_of_the_week_are_settings(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NOVA_NIGHTLY_CRON", "0 22 * * *")
    monkeypatch.setenv("NOVA_WEEKLY_CRON", "0 5 * * 1")
    assert schedule("nightly_facts_schedule").cron_schedule == "0 22 * * *"
    assert schedule("weekly_origin_schedule").cron_schedule == "0 5 * * 1"
    monkeypatch.setenv("NOVA_NIGHTLY_CRON", "ten at night")
    with pytest.raises(dg.DagsterInvalidDefinitionError, match="nightly_facts_schedule"):
        schedules()


@pytest.mark.parametrize(("setting", "status"), [("", "STOPPED"), ("0", "STOPPED"), ("1", "RUNNING")])
def test_schedules_stand_still_unless_the_setting_says_otherwise(
    monkeypatch: pytest.MonkeyPatch, setting: str, status: str
):
    monkeypatch.setenv("NOVA_SCHEDULES", setting)
    assert {one.default_status.value for one in schedules()} == {status}


def test_every_schedule_and_sensor_has_its_job_and_the_nightly_one_takes_days():
    repository = build_defs().get_repository_def()
    for one in repository.schedule_defs:
        assert repository.has_job(one.job_name)
    assert repository.get_job("nightly_facts").partitions_def is not None
    assert repository.get_sensor_def("drop_folder").job_name == "load_dropped_workbook"


def test_what_is_made_each_night_is_expected_to_be_fresh_once_schedules_run(monkeypatch: pytest.MonkeyPatch):
    key = dg.AssetKey(["core", "fact_demand_daily"])
    assert build_defs().resolve_asset_graph().get(key).freshness_policy is None
    monkeypatch.setenv("NOVA_SCHEDULES", "1")
    graph = build_defs().resolve_asset_graph()
    assert graph.get(key).freshness_policy == NIGHTLY_FRESH
    assert graph.get(dg.AssetKey(["operations", "month_partitions"])).freshness_policy is None
    assert build_defs().resolve_job_def("nightly_facts")
