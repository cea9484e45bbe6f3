"""Small purchasing workbooks, made line by line for tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

from nova_assets.extracts.workbook.sheets import (
    LINE_HEADERS,
    LINES_SHEET,
    SITE_HEADERS,
    SITES_SHEET,
    Line,
    Workbook,
    cell_text,
)

A_LINE: Mapping[str, Any] = {
    "deposito": "BAFRD017",
    "produto_servico": "010825",
    "material": "PREGO",
    "familia": "MATERIAL CIVIL",
    "nome_fornec": "FORNECEDOR 0001",
    "quantidade": 10,
    "u_m": "UN",
    "data_requisitada": None,
    "solicitacao": 94657,
    "data_solicitado": date(2025, 3, 3),
    "data_de_compra": date(2025, 3, 10),
}


def workbook(*changes: Mapping[str, Any], sites: Sequence[str] = (), contracts: Sequence[str] = ()) -> Workbook:
    """A workbook as it is read: one line for each change to A_LINE, from row 2 on."""
    lines = [
        Line(row, {name: cell_text(cell) for name, cell in {**A_LINE, **change}.items()})
        for row, change in enumerate(changes, start=2)
    ]
    empty = dict.fromkeys(SITE_HEADERS)
    listed = [Line(row, {**empty, "site": site}) for row, site in enumerate(sites, start=3)]
    listed += [Line(row, {**empty, "cliente": name}) for row, name in enumerate(contracts, start=3 + len(sites))]
    return Workbook(lines, listed)


def write_workbook(
    path: Path,
    lines: Sequence[Mapping[str, Any]] = ({},),
    headers: Sequence[str] = tuple(LINE_HEADERS.values()),
    sheets: Sequence[str] = (LINES_SHEET, SITES_SHEET),
    blank_rows_above: int = 0,
) -> Path:
    """An .xlsx file with the given sheets; `lines` are changes to A_LINE, written under `headers`."""
    names = {header: name for name, header in LINE_HEADERS.items()}
    with xlsxwriter.Workbook(path, {"default_date_format": "dd/mm/yyyy"}) as book:
        for sheet_name in sheets:
            sheet = book.add_worksheet(sheet_name)
            if sheet_name == SITES_SHEET:
                sheet.write_row(1, 2, list(SITE_HEADERS.values()))
                continue
            sheet.write_row(blank_rows_above, 0, list(headers))
            for row, change in enumerate(lines, start=blank_rows_above + 1):
                cells = {**A_LINE, **change}
                sheet.write_row(row, 0, [cells.get(names.get(header.strip(), "")) for header in headers])
    return path
