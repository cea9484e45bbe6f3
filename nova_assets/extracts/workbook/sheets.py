"""Opens the purchasing workbook and hands out its lines as text, exactly as the file has them.

Everything that can be wrong with the file as a whole ends here, as a `WorkbookError` that says what to do.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, WorksheetNotFound

LINES_SHEET = "CUSTO DE MATERIAL E SERVIÇOS"
SITES_SHEET = "DADOS"

LINE_HEADERS: Mapping[str, str] = {
    "deposito": "DEPÓSITO",
    "produto_servico": "PRODUTO/SERVIÇO",
    "material": "MATERIAL",
    "familia": "FAMÍLIA",
    "nome_fornec": "NOME FORNEC.",
    "quantidade": "QUANTIDADE",
    "u_m": "U.M.",
    "data_requisitada": "DATA REQUISITADA",
    "solicitacao": "SOLICITAÇÃO",
    "data_solicitado": "DATA SOLICITADO",
    "data_de_compra": "DATA DE COMPRA",
}
SITE_HEADERS: Mapping[str, str] = {
    "site": "SITE",
    "id_site": "ID SITE",
    "cliente": "CLIENTE",
    "id_cliente": "ID CLIENTE",
    "status_de_alteracao": "STATUS DE ALTERAÇÃO",
}
HEADER_SEARCH_ROWS = 20


class WorkbookError(Exception):
    """The file as a whole cannot be used; the message says why and what to do."""


@dataclass(frozen=True)
class Line:
    """One line of a sheet: its row as the spreadsheet program numbers it, and its cells as text (None = empty)."""

    row_number: int
    cells: Mapping[str, str | None]


@dataclass(frozen=True)
class Workbook:
    """The two sheets that Nova reads. `lines` have the keys of LINE_HEADERS, `sites` those of SITE_HEADERS."""

    lines: Sequence[Line]
    sites: Sequence[Line]


def read_workbook(path: Path) -> Workbook:
    """Read the purchasing workbook.

    Raises:
        WorkbookError: no such file, not a workbook, protected by a password, a sheet or a column missing, or no lines.
    """
    book = _open(path)
    lines = list(_lines(book, path, LINES_SHEET, LINE_HEADERS))
    if not lines:
        raise WorkbookError(
            f"{path.name}: the sheet “{LINES_SHEET}” has a header and no lines. Export the report again."
        )
    return Workbook(lines, list(_lines(book, path, SITES_SHEET, SITE_HEADERS)))


def _open(path: Path) -> CalamineWorkbook:
    if not path.is_file():
        raise WorkbookError(f"There is no file {path}. Set ERP_WORKBOOK to the exported workbook (.xlsx).")
    if path.stat().st_size == 0:
        raise WorkbookError(f"{path.name} is empty (0 bytes): the export was cut off. Export the report again.")
    try:
        return CalamineWorkbook.from_path(path)
    except PasswordError as error:
        raise WorkbookError(
            f"{path.name} is protected by a password: save it without one and load it again."
        ) from error
    except (CalamineError, OSError) as error:
        if path.read_bytes()[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
            raise WorkbookError(
                f"{path.name} is protected by a password or in the old .xls format: save it as plain .xlsx."
            ) from error
        raise WorkbookError(f"{path.name} is not an Excel workbook ({error}). Export the report as .xlsx.") from error


def _lines(book: CalamineWorkbook, path: Path, sheet: str, headers: Mapping[str, str]) -> Iterator[Line]:
    rows = _sheet(book, path, sheet)
    header_row, columns = _find_header(rows, path, sheet, headers)
    for index, row in enumerate(rows[header_row + 1 :], start=header_row + 2):
        cells = {name: cell_text(row[column]) if column < len(row) else None for name, column in columns.items()}
        if any(cell is not None for cell in cells.values()):
            yield Line(index, cells)


def _sheet(book: CalamineWorkbook, path: Path, wanted: str) -> list[list[Any]]:
    names = {fold(name): name for name in book.sheet_names}
    try:
        name = names[fold(wanted)]
        return book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except (KeyError, WorksheetNotFound) as error:
        found = ", ".join(f"“{name}”" for name in book.sheet_names) or "none"
        raise WorkbookError(
            f"{path.name} has no sheet “{wanted}”; it has {found}. Is this the purchasing report?"
        ) from error


def _find_header(
    rows: list[list[Any]], path: Path, sheet: str, headers: Mapping[str, str]
) -> tuple[int, dict[str, int]]:
    """The header row and the column of each name: the row, of the first few, that has the most of them."""
    wanted = {fold(header): name for name, header in headers.items()}
    best: tuple[int, dict[str, int]] = (0, {})
    for index, row in enumerate(rows[:HEADER_SEARCH_ROWS]):
        columns: dict[str, int] = {}
        for position, cell in enumerate(row):
            name = wanted.get(fold(str(cell)))
            if name:
                columns.setdefault(name, position)
        if len(columns) > len(best[1]):
            best = (index, columns)
    missing = [header for name, header in headers.items() if name not in best[1]]
    if missing:
        raise WorkbookError(
            f"{path.name}, sheet “{sheet}”: no column {', '.join(f'“{header}”' for header in missing)}."
            " Export the report with its usual columns."
        )
    return best


def cell_text(cell: Any) -> str | None:
    """A cell as text: whole numbers without decimals, dates as yyyy-mm-dd, text untouched, empty as None."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == datetime.min.time() else cell.isoformat(sep=" ")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    return str(cell)


def fold(text: str) -> str:
    """A name for comparison: without accents, case or extra blanks."""
    plain = unicodedata.normalize("NFKD", text)
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).casefold().split())
