"""The demo purchasing workbook: the shape, and the dirt, of what a company's ERP exports, with invented content.

Three sheets: the purchase lines, a summary of accounts, and the hidden `DADOS` with whole site codes and clients. The
same seed, size and last day give the same cells on every machine.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import xlsxwriter
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from nova_local.demo import names
from nova_local.demo.dirt import soil
from nova_local.demo.purchases import NOTHING, Line, make_lines
from nova_local.demo.world import SITE_CODE_WIDTH, SIZES, Site, World, make_world
from nova_local.errors import LocalError

LAST_DAY = date(2025, 10, 31)
SEED = 1

LINES_SHEET, SUMMARY_SHEET, SITES_SHEET = "CUSTO DE MATERIAL E SERVIÇOS", "RESUMO GERAL", "DADOS"
LINE_HEADERS = (
    "DEPÓSITO",
    "PRODUTO/SERVIÇO",
    "MATERIAL",
    "FAMÍLIA",
    "NOME FORNEC.",
    "QUANTIDADE",
    "U.M.",
    "DATA REQUISITADA",
    "SOLICITAÇÃO",
    "DATA SOLICITADO",
    "DATA DE COMPRA",
)
LINE_WIDTHS = (13, 19, 56, 26, 47, 12, 9, 20, 20, 13, 14)
SUMMARY_HEADERS = ("DESCRIÇÃO CTA.FINANC.", "Soma de VLR.LÍQUIDO")
SITE_HEADERS = ("SITE ", "ID SITE", "CLIENTE ", "ID CLIENTE ", "STATUS DE ALTERAÇÃO")
SUMMARY_TOP, SITES_TOP, SITES_LEFT = 3, 1, 2  # where the two small tables start: rows and columns from zero


@dataclass(frozen=True)
class Truth:
    """What the workbook holds, counted while it was made: a reader's findings can be compared with it.

    Lines are counted as they stand in the sheet, copies included; `copies` are the lines that are equal in every cell
    to an earlier one. `sites_cut` are whole codes in `DADOS` longer than the sheet's ten characters; `items` counts
    the items with at least one line, a code that lost its zero being no item of its own.
    """

    lines: int
    items: int
    service_lines: int
    open_lines: int
    copies: int
    without_site: int
    undated: int
    bought_before_request: int
    farthest_before_days: int
    codes_without_zero: int
    units: Mapping[str, int]
    sites_cut: int
    sites_as_numbers: int
    sites_with_blank: int
    first_request: date
    last_request: date


def write_demo_workbook(path: Path, size: str = "small", seed: int = SEED, last_day: date = LAST_DAY) -> Truth:
    """Write the workbook to `path` and tell what is in it.

    `size`: small (about 4 thousand lines), medium (about 40), large (about 200). No request or purchase is later than
    `last_day`. Raises `LocalError` for an unknown size.
    """
    if size not in SIZES:
        raise LocalError(f"unknown size {size!r}: choose one of {', '.join(SIZES)}")
    rng = random.Random(f"{seed}/{size}/{last_day}")
    world = make_world(SIZES[size], rng)
    lines = soil(make_lines(world, SIZES[size], last_day, rng), rng)
    options = {"constant_memory": True, "default_date_format": "dd/mm/yyyy", "strings_to_urls": False}
    with xlsxwriter.Workbook(path, options) as workbook:
        workbook.set_properties({"created": datetime(last_day.year, last_day.month, last_day.day)})
        write_lines(workbook, lines)
        write_summary(workbook.add_worksheet(SUMMARY_SHEET), rng)
        write_sites(workbook.add_worksheet(SITES_SHEET), world.sites)
    return count(lines, world)


def write_lines(workbook: Workbook, lines: Sequence[Line]) -> None:
    """The main sheet: a header row with a filter, then one row per line."""
    sheet = workbook.add_worksheet(LINES_SHEET)
    for column, width in enumerate(LINE_WIDTHS):
        sheet.set_column(column, column, width)
    sheet.autofilter(0, 0, len(lines), len(LINE_HEADERS) - 1)
    sheet.write_row(0, 0, LINE_HEADERS, workbook.add_format({"bold": True}))
    for row, line in enumerate(lines, start=1):
        sheet.write_row(row, 0, cells(line))


def cells(line: Line) -> tuple[object, ...]:
    """A line in the order of LINE_HEADERS."""
    return (
        line.site,
        line.code,
        line.name,
        line.family,
        line.supplier,
        line.quantity,
        line.unit,
        line.needed_on,
        line.requisition,
        line.requested_on,
        line.ordered_on,
    )


def write_summary(sheet: Worksheet, rng: random.Random) -> None:
    """What was spent per account: invented amounts and their sum, some rows below the top."""
    amounts = [(account, round(rng.lognormvariate(9, 1), 2)) for account in names.ACCOUNTS]
    total = ("Total Resultado", round(sum(amount for _, amount in amounts), 2))
    for row, values in enumerate([SUMMARY_HEADERS, *amounts, total], start=SUMMARY_TOP):
        sheet.write_row(row, 0, values)


def write_sites(sheet: Worksheet, sites: Sequence[Site]) -> None:
    """Whole site codes beside two unrelated lists (clients, kinds of change), as people keep them; hidden."""
    sheet.hide()
    sheet.write_row(SITES_TOP, SITES_LEFT, SITE_HEADERS)
    listed = listed_sites(sites)
    for place in range(max(len(listed), len(names.CLIENTS))):
        row = SITES_TOP + 1 + place
        if place < len(listed):
            sheet.write_row(row, SITES_LEFT, (site_cell(listed[place]), place + 1))
        if place < len(names.CLIENTS):
            blank = " " if place % 6 == 5 else ""
            sheet.write_row(row, SITES_LEFT + 2, (names.CLIENTS[place] + blank, f"QV{place + 1:02d}"))
        if place < len(names.CHANGES):
            sheet.write(row, SITES_LEFT + 4, names.CHANGES[place])


def listed_sites(sites: Sequence[Site]) -> list[Site]:
    """Every seventh site is missing from the list and one is there twice."""
    listed = [site for site in sites if site.number % 7]
    return [*listed, listed[0]]


def site_cell(site: Site) -> str | float:
    """Codes of digits alone became numbers; every ninth of the others carries a trailing blank."""
    if site.code.isdigit():
        return float(site.code)
    return site.code + " " if site.number % 9 == 0 else site.code


def count(lines: Sequence[Line], world: World) -> Truth:
    """Count what the sheets hold."""
    services = {item.code for item in world.items if item.is_service}
    short = {item.code[1:] for item in world.items if len(item.code) == 6 and item.code.startswith("0")}
    codes = {str(line.code) for line in lines}
    requests = [line.requested_on for line in lines if isinstance(line.requested_on, date)]
    before = [
        (line.requested_on - line.ordered_on).days
        for line in lines
        if isinstance(line.requested_on, date) and isinstance(line.ordered_on, date)
        if line.ordered_on < line.requested_on
    ]
    listed = listed_sites(world.sites)
    return Truth(
        lines=len(lines),
        items=sum(item.code in codes or item.code[1:] in codes & short for item in world.items),
        service_lines=sum(line.code in services for line in lines),
        open_lines=sum(line.ordered_on == NOTHING and isinstance(line.requested_on, date) for line in lines),
        copies=len(lines) - len(set(lines)),
        without_site=sum(line.site == NOTHING for line in lines),
        undated=sum(not isinstance(line.requested_on, date) for line in lines),
        bought_before_request=len(before),
        farthest_before_days=max(before),
        codes_without_zero=sum(line.code in short for line in lines),
        units=dict(Counter(line.unit for line in lines)),
        sites_cut=len({site.code for site in listed if len(site.code) > SITE_CODE_WIDTH}),
        sites_as_numbers=sum(site.code.isdigit() for site in listed),
        sites_with_blank=sum(str(site_cell(site)).endswith(" ") for site in listed),
        first_request=min(requests),
        last_request=max(requests),
    )
