"""The Procfile names the parts that we know, and a few decisions about what is loaded and built."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from nova_local import doctor, materialization, page, project
from nova_local.clean import clean
from nova_local.errors import LocalError
from nova_local.home import Home
from nova_local.materialization import Source, Wish, choose
from nova_local.parts import USUAL_PORTS, read_parts
from nova_local.progress import Progress
from nova_local.sources import tell_of_a_change


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.create(tmp_path / "home")


def test_every_part_of_the_procfile_has_a_health_check_and_all_six_are_there() -> None:
    # On the usual ports another Nova may run meanwhile; on port 1 nothing does.
    ports = {**USUAL_PORTS, "api": 1}
    found = {part.name: part for part in read_parts(project.ROOT / "Procfile", ports)}
    assert set(found) == {"warehouse", "forecasting", "dagster", "daemon", "api", "page"}
    assert found["daemon"].after == found["dagster"].after == ("warehouse", "forecasting")
    assert found["api"].address == "http://127.0.0.1:1"
    assert not found["api"].is_well(), "it does not run"


def test_a_procfile_that_is_absent_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LocalError, match="cannot be read"):
        read_parts(tmp_path / "Procfile", USUAL_PORTS)


def test_a_new_home_reads_the_erp_and_makes_no_workbook(home: Home) -> None:
    assert choose(home, Wish()) == Source("erp")
    assert choose(home, Wish(size="medium")) == Source("erp")
    assert not list(home.root.glob("*.xlsx"))


def test_a_workbook_that_is_named_is_read_unless_the_erp_is_asked_for(home: Home, tmp_path: Path) -> None:
    own = tmp_path / "own.xlsx"
    own.touch()
    assert choose(home, Wish(own)) == Source("workbook", own)
    assert choose(home, Wish(own, kind="erp")) == Source("erp")
    assert choose(home, Wish(kind="workbook")) == Source("workbook", home.demo_workbook("small"))
    with pytest.raises(LocalError, match="no workbook at"):
        choose(home, Wish(tmp_path / "absent.xlsx"))


def test_the_source_of_last_time_is_kept_until_another_is_asked_for(home: Home, tmp_path: Path) -> None:
    home.source.write_text("workbook\n")
    own = tmp_path / "own.xlsx"
    own.touch()
    materialization.remember(home, own)
    assert choose(home, Wish()) == Source("workbook", own)
    assert choose(home, Wish(size="small")) == Source("workbook", home.demo_workbook("small"))
    assert choose(home, Wish(kind="erp")) == Source("erp")
    home.source.write_text("erp\n")
    assert choose(home, Wish()) == Source("erp")


def test_a_source_that_there_is_not_is_refused_with_those_that_there_are(home: Home) -> None:
    with pytest.raises(LocalError, match="choose one of workbook, erp"):
        choose(home, Wish(kind="paper"))


def test_the_doctor_says_what_would_be_loaded(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ERP_URL", raising=False)
    assert doctor.source(home, None).found == "the demo ERP"
    monkeypatch.setenv("ERP_URL", "postgresql+psycopg://reader@erp/protheus")
    assert doctor.source(home, None).found == "the ERP of ERP_URL"
    assert doctor.source(home, tmp_path / "own.xlsx").found == str(tmp_path / "own.xlsx")
    home.source.write_text("workbook\n")
    assert doctor.source(home, None).found == "a demo workbook"


def test_a_change_of_the_source_is_told_with_the_way_back(home: Home) -> None:
    said = io.StringIO()
    console = Console(file=said, width=300)
    tell_of_a_change(home, Source("erp"), Progress(console))
    home.source.write_text("workbook\n")
    tell_of_a_change(home, Source("workbook", Path("own.xlsx")), Progress(console))
    assert said.getvalue() == ""
    tell_of_a_change(home, Source("erp"), Progress(console))
    assert "from the workbook to the ERP" in said.getvalue()
    assert "back with `--source workbook`" in said.getvalue()


def test_without_a_wish_the_demo_workbook_is_made_once(home: Home) -> None:
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


def test_another_workbook_source_or_demo_is_other_data_and_another_content_is_not(home: Home, tmp_path: Path) -> None:
    own, other = (materialization.Source("workbook", tmp_path / name) for name in ("own.xlsx", "other.xlsx"))
    bought, first, second = (materialization.Source("erp", demo=demo) for demo in ("", "demo 1", "demo 2"))
    assert own.workbook
    own.workbook.touch()
    assert materialization.is_other_data(home, own)
    home.source.write_text(f"workbook\n{own.workbook}\n", encoding="utf-8")
    own.workbook.write_bytes(b"another export")
    assert not materialization.is_other_data(home, own)
    assert materialization.is_other_data(home, other)
    assert materialization.is_other_data(home, bought)
    home.source.write_text("erp\ndemo 1\n", encoding="utf-8")
    assert not materialization.is_other_data(home, first)
    assert materialization.is_other_data(home, second)
    assert materialization.is_other_data(home, bought)


def test_a_source_whose_name_was_not_recorded_is_told_by_its_kind(home: Home, tmp_path: Path) -> None:
    home.source.write_text("erp\n", encoding="utf-8")
    assert not materialization.is_other_data(home, materialization.Source("erp", demo="demo 1"))
    assert materialization.is_other_data(home, materialization.Source("workbook", tmp_path / "own.xlsx"))


def test_another_content_of_the_same_workbook_is_another_input(tmp_path: Path) -> None:
    workbook = tmp_path / "own.xlsx"
    workbook.write_bytes(b"one")
    source = Source("workbook", workbook)
    before = materialization.fingerprint(source)
    assert materialization.fingerprint(source) == before != materialization.fingerprint(Source("erp"))
    workbook.write_bytes(b"two")
    assert materialization.fingerprint(source) != before


def test_another_erp_is_another_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ERP_URL", raising=False)
    demo = materialization.fingerprint(Source("erp"))
    monkeypatch.setenv("ERP_URL", "postgresql+psycopg://reader:secret@erp/protheus")
    assert demo != materialization.fingerprint(Source("erp"))
    assert "secret" not in materialization.fingerprint(Source("erp"))


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
