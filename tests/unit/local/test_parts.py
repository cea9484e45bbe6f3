"""The Procfile names the parts that we know, and a few decisions about what is loaded and built."""

from __future__ import annotations

from pathlib import Path

import pytest

from nova_local import materialization, page, project
from nova_local.clean import clean
from nova_local.errors import LocalError
from nova_local.home import Home
from nova_local.parts import USUAL_PORTS, read_parts


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.create(tmp_path / "home")


def test_every_part_of_the_procfile_has_a_health_check_and_all_six_are_there() -> None:
    found = {part.name: part for part in read_parts(project.ROOT / "Procfile", USUAL_PORTS)}
    assert set(found) == {"warehouse", "forecasting", "dagster", "daemon", "api", "page"}
    assert found["daemon"].after == found["dagster"].after == ("warehouse", "forecasting")
    assert found["api"].address == "http://127.0.0.1:8000"
    assert not found["api"].is_well(), "it does not run"


def test_a_procfile_that_is_absent_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LocalError, match="cannot be read"):
        read_parts(tmp_path / "Procfile", USUAL_PORTS)


def test_without_a_wish_the_demo_is_made_once(home: Home) -> None:
    demo = materialization.choose_workbook(home, None, None)
    made = demo.stat().st_mtime_ns
    assert demo == home.demo_workbook("small")
    assert materialization.choose_workbook(home, None, None).stat().st_mtime_ns == made


def test_the_workbook_of_last_time_is_kept_until_a_size_asks_for_the_demo(home: Home, tmp_path: Path) -> None:
    own = tmp_path / "own.xlsx"
    own.touch()
    assert materialization.choose_workbook(home, own, None) == own
    materialization.remember(home, own)
    assert materialization.choose_workbook(home, None, None) == own
    assert materialization.choose_workbook(home, own, "small") == home.demo_workbook("small")
    own.unlink()
    assert materialization.choose_workbook(home, None, None) == home.demo_workbook("small")


def test_another_workbook_or_source_is_other_data_and_another_content_is_not(home: Home, tmp_path: Path) -> None:
    own, other = tmp_path / "own.xlsx", tmp_path / "other.xlsx"
    own.touch()
    assert materialization.is_other_data(home, own, "workbook")
    home.source.write_text("workbook\n", encoding="utf-8")
    materialization.remember(home, own)
    own.write_bytes(b"another export")
    assert not materialization.is_other_data(home, own, "workbook")
    assert materialization.is_other_data(home, other, "workbook")
    assert materialization.is_other_data(home, own, "erp")
    home.source.write_text("erp\n", encoding="utf-8")
    assert not materialization.is_other_data(home, other, "erp")


def test_another_content_of_the_same_workbook_is_another_input(tmp_path: Path) -> None:
    workbook = tmp_path / "own.xlsx"
    workbook.write_bytes(b"one")
    before = materialization.fingerprint(workbook)
    assert materialization.fingerprint(workbook) == before
    workbook.write_bytes(b"two")
    assert materialization.fingerprint(workbook) != before


def test_what_is_installed_or_generated_is_no_source_of_the_page(tmp_path: Path) -> None:
    for name in (
        "src/app.tsx",
        "package.json",
        "node_modules/next/index.js",
        ".next/x",
        "next-env.d.ts",
        "a.tsbuildinfo",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert {str(file.relative_to(tmp_path)) for file in page.sources(tmp_path)} == {"src/app.tsx", "package.json"}


def test_clean_keeps_what_is_not_ours(home: Home) -> None:
    home.lake.mkdir()
    (home.root / "mine.txt").touch()
    clean(home)
    assert [entry.name for entry in home.root.iterdir()] == ["mine.txt"]
