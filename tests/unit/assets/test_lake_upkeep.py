"""Housekeeping of the lake, on tables in a folder; in an object store: test_lake_on_s3.py."""

from __future__ import annotations

import os
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pyarrow as pa
import pytest
from deltalake import write_deltalake

from nova_assets import settings
from nova_assets.operations.lake_upkeep import Kept, lake_upkeep
from nova_assets.partitions import WEEK, monday, today
from nova_assets.resources.lake import Lake

NOW = monday(today())
WEEKS = [NOW - week * WEEK for week in (30, 26, 0)]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(root=str(tmp_path))
    for week in WEEKS:
        lake.write_range("forecasts", rows(week, 1.0), "origin", week, week)
    return lake


def rows(origin: date, value: float) -> pa.Table:
    return pa.table({"origin": pa.array([origin], pa.date32()), "value": [value]})


def keep_up(lake: Lake, **config: int) -> dict[str, Any]:
    result = dg.materialize(
        [lake_upkeep],
        resources={"lake": lake},
        run_config=dg.RunConfig(ops={"operations__lake_upkeep": Kept(**config)}),
    )
    [event] = result.get_asset_materialization_events()
    return {name: value.value for name, value in event.materialization.metadata.items()}


def contents(lake: Lake) -> list[tuple[date, float]]:
    found = lake.read_range("forecasts", "origin", WEEKS[0], WEEKS[-1]).to_pylist()
    return sorted((row["origin"], row["value"]) for row in found)


def grow_older(folder: Path, days: int) -> None:
    """Let every file of the lake, and every commit, be so many days old."""
    for path in folder.rglob("*"):
        then = path.stat().st_mtime - days * 86_400
        os.utime(path, (then, then))


def test_small_files_of_a_partition_become_one_and_the_rows_stay(lake: Lake):
    for value in (2.0, 3.0):
        write_deltalake(f"{lake.root}/forecasts", rows(NOW, value), mode="append")
    before = contents(lake)
    done = keep_up(lake)
    assert contents(lake) == before
    assert (done["files_before"], done["files_after"]) == (5, 3)
    assert done["bytes_after"] < done["bytes_before"]
    assert done["tables"]["forecasts"]["files_after"] == 3


def test_a_second_housekeeping_in_a_row_changes_nothing(lake: Lake):
    write_deltalake(f"{lake.root}/forecasts", rows(NOW, 2.0), mode="append")
    keep_up(lake)
    version = lake.version("forecasts")
    done = keep_up(lake)
    assert lake.version("forecasts") == version
    assert done["files_before"] == done["files_after"]
    assert done["emptied_files"] == done["replaced_files"] == done["versions_removed"] == 0


def test_a_reader_in_the_midst_keeps_its_rows_until_replaced_files_are_a_week_old(lake: Lake):
    reader = lake.snapshot("forecasts")
    lake.write_range("forecasts", rows(NOW, 9.0), "origin", NOW, NOW)
    assert keep_up(lake)["replaced_files"] == 0
    assert reader.delta.to_pyarrow_table()["value"].to_pylist() == [1.0, 1.0, 1.0]
    assert lake.vacuum("forecasts", timedelta(0)) == 1
    with pytest.raises(FileNotFoundError):
        reader.delta.to_pyarrow_table()
    assert contents(lake)[-1] == (NOW, 9.0)


def test_commits_older_than_a_month_are_forgotten_and_the_rows_stay(lake: Lake, tmp_path: Path):
    grow_older(tmp_path, days=40)
    version = lake.write_range("forecasts", rows(NOW, 9.0), "origin", NOW, NOW)
    assert keep_up(lake)["versions_removed"] == version
    assert contents(lake)[-1] == (NOW, 9.0)
    assert lake.write_range("forecasts", rows(NOW, 10.0), "origin", NOW, NOW) == version + 1


def test_every_origin_is_kept_by_default(lake: Lake):
    done = keep_up(lake)
    assert [origin for origin, _ in contents(lake)] == WEEKS
    assert done["origins_kept_from"] == "for ever"


def test_origins_older_than_the_setting_are_deleted(lake: Lake):
    done = keep_up(Lake(root=lake.root, origins_kept_weeks=26))
    assert [origin for origin, _ in contents(lake)] == WEEKS[1:]
    assert done["emptied_files"] == 1
    assert done["origins_kept_from"] == WEEKS[1].isoformat()


def test_a_lake_without_tables_is_kept_up_too(tmp_path: Path):
    done = keep_up(Lake(root=str(tmp_path)))
    assert done["tables"] == {}
    assert done["files_after"] == 0


def test_replaced_files_stay_for_a_day_at_least(lake: Lake):
    with pytest.raises(ValueError, match="greater than or equal to 1"):
        keep_up(lake, replaced_days=0)


def test_fewer_weeks_than_models_are_chosen_by_are_refused(monkeypatch: pytest.MonkeyPatch):
    assert settings.lake_origins_kept_weeks() is None
    monkeypatch.setenv("NOVA_LAKE_ORIGINS_KEPT_WEEKS", "104")
    assert settings.lake_origins_kept_weeks() == 104
    monkeypatch.setenv("NOVA_LAKE_ORIGINS_KEPT_WEEKS", "12")
    with pytest.raises(settings.InvalidSettingError, match="must be at least 26"):
        settings.lake_origins_kept_weeks()
