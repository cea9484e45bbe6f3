from pathlib import Path

import pytest

from nova_assets.extracts.workbook.sheets import LINE_HEADERS, LINES_SHEET, SITES_SHEET, WorkbookError, read_workbook
from tests.support.workbooks import write_workbook

HEADERS = tuple(LINE_HEADERS.values())


def test_lines_keep_their_row_numbers_and_their_cells_as_text(tmp_path: Path):
    path = write_workbook(tmp_path / "a.xlsx", [{"deposito": " BA "}, {"quantidade": 0.42}], blank_rows_above=3)
    first, second = read_workbook(path).lines
    assert (first.row_number, second.row_number) == (5, 6)
    assert first.cells["deposito"] == " BA "
    assert first.cells["data_solicitado"] == "2025-03-03"
    assert second.cells["quantidade"] == "0.42"


def test_columns_are_found_by_name_in_any_order_with_blanks_and_accents_forgiven(tmp_path: Path):
    shuffled = ["extra", *(f" {header.title()} " for header in reversed(HEADERS))]
    path = write_workbook(tmp_path / "a.xlsx", headers=shuffled)
    assert set(read_workbook(path).lines[0].cells) == set(LINE_HEADERS)


def test_empty_rows_between_lines_are_no_lines(tmp_path: Path):
    blank = dict.fromkeys(LINE_HEADERS)
    path = write_workbook(tmp_path / "a.xlsx", [{}, blank, {}])
    assert [line.row_number for line in read_workbook(path).lines] == [2, 4]


def test_a_missing_column_is_named(tmp_path: Path):
    path = write_workbook(tmp_path / "a.xlsx", headers=[h for h in HEADERS if h != "QUANTIDADE"])
    with pytest.raises(WorkbookError, match="no column “QUANTIDADE”"):
        read_workbook(path)


@pytest.mark.parametrize(("present", "missing"), [((SITES_SHEET,), LINES_SHEET), ((LINES_SHEET,), SITES_SHEET)])
def test_a_missing_sheet_is_named_with_those_that_are_there(tmp_path: Path, present: tuple[str, ...], missing: str):
    path = write_workbook(tmp_path / "a.xlsx", sheets=present)
    with pytest.raises(WorkbookError, match=f"no sheet “{missing}”; it has “{present[0]}”"):
        read_workbook(path)


def test_a_sheet_without_lines_is_refused(tmp_path: Path):
    with pytest.raises(WorkbookError, match="a header and no lines"):
        read_workbook(write_workbook(tmp_path / "a.xlsx", lines=[]))


def test_no_file_an_empty_file_and_another_file_are_told_apart(tmp_path: Path):
    with pytest.raises(WorkbookError, match="no file"):
        read_workbook(tmp_path / "absent.xlsx")
    empty = tmp_path / "empty.xlsx"
    empty.touch()
    with pytest.raises(WorkbookError, match="empty"):
        read_workbook(empty)
    other = tmp_path / "other.xlsx"
    other.write_text("deposito;produto", encoding="utf-8")
    with pytest.raises(WorkbookError, match="not an Excel workbook"):
        read_workbook(other)


def test_a_file_cut_in_the_middle_is_refused(tmp_path: Path):
    whole = write_workbook(tmp_path / "whole.xlsx").read_bytes()
    cut = tmp_path / "cut.xlsx"
    cut.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(WorkbookError, match="not an Excel workbook"):
        read_workbook(cut)


def test_a_protected_file_says_so(tmp_path: Path):
    # A workbook under a password is an OLE container that holds the encrypted package.
    protected = tmp_path / "protected.xlsx"
    protected.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096))
    with pytest.raises(WorkbookError, match="protected by a password"):
        read_workbook(protected)
