"""The demo workbook holds what it says, in the shape and with the dirt of the real export."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook, SheetVisibleEnum

from nova_local.demo_workbook import LAST_DAY, LINE_HEADERS, LINES_SHEET, SITES_SHEET, SUMMARY_SHEET, Truth
from nova_local.demo_workbook import write_demo_workbook as write
from nova_local.errors import LocalError

Row = list[object]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Truth]:
    path = tmp_path_factory.mktemp("demo") / "demo.xlsx"
    return path, write(path)


@pytest.fixture(scope="module")
def lines(demo: tuple[Path, Truth]) -> list[Row]:
    return sheet(demo[0], LINES_SHEET)[1:]


def sheet(path: Path, name: str) -> list[Row]:
    rows = CalamineWorkbook.from_path(path).get_sheet_by_name(name).to_python(skip_empty_area=False)
    return [list(row) for row in rows]


def number(cell: object) -> float:
    assert isinstance(cell, float | int), cell
    return float(cell)


def every_cell(path: Path) -> list[list[Row]]:
    return [sheet(path, name) for name in (LINES_SHEET, SUMMARY_SHEET, SITES_SHEET)]


def test_the_same_seed_gives_the_same_cells_and_another_seed_does_not(demo, tmp_path: Path) -> None:
    again, other = tmp_path / "again.xlsx", tmp_path / "other.xlsx"
    assert write(again) == demo[1]
    write(other, seed=2)
    assert every_cell(again) == every_cell(demo[0])
    assert every_cell(other)[0] != every_cell(demo[0])[0]


def test_the_sheets_are_those_of_the_export_and_the_list_of_sites_is_hidden(demo) -> None:
    sheets = CalamineWorkbook.from_path(demo[0]).sheets_metadata
    assert [found.name for found in sheets] == [LINES_SHEET, SUMMARY_SHEET, SITES_SHEET]
    assert [found.visible for found in sheets] == [SheetVisibleEnum.Visible] * 2 + [SheetVisibleEnum.Hidden]


def test_each_table_starts_where_the_export_has_it(demo) -> None:
    lines, summary, sites = every_cell(demo[0])
    assert tuple(lines[0]) == LINE_HEADERS
    assert summary[3] == ["DESCRIÇÃO CTA.FINANC.", "Soma de VLR.LÍQUIDO"]
    assert summary[-1][0] == "Total Resultado"
    assert summary[-1][1] == pytest.approx(sum(number(row[1]) for row in summary[4:-1]))
    assert sites[1] == ["", "", "SITE ", "ID SITE", "CLIENTE ", "ID CLIENTE ", "STATUS DE ALTERAÇÃO"]


def test_the_small_demo_has_the_size_of_a_year_of_the_real_export(lines) -> None:
    assert 3_000 <= len(lines) <= 5_000


def test_the_truth_counts_what_a_reader_finds(demo, lines) -> None:
    truth = demo[1]
    site, code, unit, requested, ordered = 0, 1, 6, 9, 10
    dated = [line for line in lines if isinstance(line[requested], date)]
    bought = [line for line in dated if isinstance(line[ordered], date)]
    early = [(line[requested] - line[ordered]).days for line in bought if line[ordered] < line[requested]]
    assert truth.lines == len(lines)
    assert truth.copies == len(lines) - len({tuple(line) for line in lines}) > 100
    assert truth.without_site == sum(line[site] == "N/A" for line in lines) > 100
    assert truth.undated == len(lines) - len(dated) > 1
    assert truth.open_lines == len(dated) - len(bought) > 10
    assert truth.bought_before_request == len(early) > 100
    assert truth.farthest_before_days == max(early) == 941
    assert truth.codes_without_zero == sum(re.fullmatch(r"1\d{4}", line[code]) is not None for line in lines) > 0
    assert truth.units == Counter(line[unit] for line in lines)
    assert (truth.first_request, truth.last_request) == (
        min(line[requested] for line in dated),
        max(line[requested] for line in dated),
    )


def test_the_dirt_of_the_export_is_there_in_every_kind(demo, lines) -> None:
    truth, sites = demo[1], sheet(demo[0], SITES_SHEET)[2:]
    codes = [row[2] for row in sites if row[2] != ""]
    assert {"M²", "M2", "M³", "M3", "M", "MT"} <= truth.units.keys()
    assert {len(line[1]) for line in lines} == {4, 5, 6}, "services, short or dotted codes, usual codes"
    assert all(len(line[0]) <= 10 for line in lines), "the sheet cuts site codes"
    assert truth.sites_cut == len({code for code in codes if isinstance(code, str) and len(code.strip()) > 10}) > 1
    assert truth.sites_as_numbers == sum(isinstance(code, float) for code in codes) > 0
    assert truth.sites_with_blank == sum(isinstance(code, str) and code.endswith(" ") for code in codes) > 0
    assert any(list(line[8:11]) == ["", "", ""] for line in lines), "one line with empty cells"
    assert {type(line[7]) for line in lines} == {str, date}, "dates and N/A in one column"


def test_a_line_without_a_purchase_has_no_supplier_and_no_day_is_later_than_the_last(lines) -> None:
    open_lines = [line for line in lines if line[10] == "N/A" and isinstance(line[9], date)]
    assert {line[4] for line in open_lines} == {"N/A"}
    assert max(day for line in lines for day in line[7:11] if isinstance(day, date)) <= LAST_DAY


def test_the_last_day_moves_the_whole_demo(tmp_path: Path) -> None:
    truth = write(tmp_path / "demo.xlsx", last_day=date(2026, 6, 30))
    assert date(2026, 6, 20) < truth.last_request <= date(2026, 6, 30)


def test_an_unknown_size_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(LocalError, match="small, medium, large"):
        write(tmp_path / "demo.xlsx", "huge")
