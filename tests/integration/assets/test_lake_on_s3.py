"""The lake in an object store: what holds in a folder holds there, also among writers at the same time."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from nova_assets import settings
from nova_assets.operations.dropped_files import DropFolder
from nova_assets.resources.lake import Lake, LakeTableMissingError
from tests.support.object_store import object_store

MONDAY = date(2025, 1, 6)
WRITES = 3


@pytest.fixture(scope="module", autouse=True)
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with object_store(tmp_path_factory.mktemp("s3")) as store, pytest.MonkeyPatch.context() as patch:
        for name, value in store.environment.items():
            patch.setenv(name, value)
        yield


def lake_of_settings() -> Lake:
    """The lake as both code locations open it."""
    return Lake(root=settings.lake_root(), storage_options=settings.lake_storage_options())


def write(lake: Lake, model: str, value: float, table: str = "forecasts") -> int:
    rows = pa.table({"origin": pa.array([MONDAY], pa.date32()), "model": pa.array([model]), "value": pa.array([value])})
    return lake.write_range(table, rows, "origin", MONDAY, MONDAY, within={"model": [model]})


def contents(lake: Lake, table: str = "forecasts") -> dict[str, float]:
    rows = lake.read_range(table, "origin", MONDAY, MONDAY).to_pylist()
    assert len(rows) == len({row["model"] for row in rows})
    return {row["model"]: row["value"] for row in rows}


def test_writers_at_the_same_time_lose_no_commit():
    first = write(lake_of_settings(), "historic_average", 1.0)
    models = ["croston", "imapa", "sba", "ses", "tsb", "windows"]

    def write_again_and_again(model: str) -> list[int]:
        lake = lake_of_settings()
        return [write(lake, model, float(value)) for value in range(WRITES)]

    with ThreadPoolExecutor(len(models)) as pool:
        versions = [version for written in pool.map(write_again_and_again, models) for version in written]
    # A store that lets two writers make the same version keeps one of them: rclone's does.
    assert sorted(versions) == list(range(first + 1, first + 1 + len(models) * WRITES))
    assert contents(lake_of_settings()) == {"historic_average": 1.0, **dict.fromkeys(models, WRITES - 1)}


def test_a_snapshot_reads_on_while_the_table_is_replaced_compacted_and_vacuumed():
    lake = lake_of_settings()
    write(lake, "tsb", 1.0, "kept")
    before = lake.snapshot("kept")
    write(lake, "tsb", 2.0, "kept")
    lake.compact("kept")
    assert lake.vacuum("kept", timedelta(days=7)) == 0
    assert before.delta.to_pyarrow_table().column("value").to_pylist() == [1.0]
    assert lake.vacuum("kept", timedelta(0)) == 1
    assert contents(lake, "kept") == {"tsb": 2.0}


def test_a_drop_folder_in_the_store_sees_its_files_and_puts_them_aside():
    folder = DropFolder.at("s3://lake/drop", kind="forecasts", suffix=".parquet", job="none")
    assert not folder.exists
    for name in ("a.parquet", "a.parquet.part"):
        with folder.files.open_output_stream(f"lake/drop/{name}") as file:
            file.write(b"content")
    assert folder.exists
    assert list(folder.sizes()) == ["a.parquet"]
    folder.put_aside("lake/drop/a.parquet", "no Parquet")
    assert folder.sizes() == {}
    with folder.files.open_input_stream("lake/drop/rejected/a.parquet.reason.txt") as reason:
        assert reason.read() == b"no Parquet\n"


def test_a_table_that_was_never_written_is_named_with_its_address():
    with pytest.raises(LakeTableMissingError, match="s3://lake/tables/nothing"):
        lake_of_settings().version("nothing")


def test_a_lake_in_a_folder_needs_no_option(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NOVA_LAKE", str(tmp_path))
    assert settings.lake_storage_options() == {}


def test_the_store_is_reached_without_encryption_only_where_its_address_says_so(monkeypatch: pytest.MonkeyPatch):
    assert settings.lake_storage_options()["aws_allow_http"] == "true"
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://store.example")
    assert settings.lake_storage_options()["aws_allow_http"] == "false"
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    assert "aws_endpoint_url" not in settings.lake_storage_options()
