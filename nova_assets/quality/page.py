"""The data-quality page as Markdown, for the metadata of its asset: what is wrong first, then each table's numbers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from nova_assets.extracts.workbook.rules import CODES
from nova_assets.quality import plots
from nova_assets.quality.findings import Findings, Rows

Cell = Callable[[Mapping[str, Any]], Any]


def page(findings: Findings) -> str:
    """All sections of the page; one without rows says so in a line."""
    sections = [
        _headline(findings),
        _refusals(findings.refusals),
        _tables(findings.tables),
        "## Rows set apart, and why",
        _rejections(findings.rejections),
        plots.lines_by_month(findings.lines_by_month) if findings.lines_by_month else "",
        _offenders(findings.offenders),
        "## Unusual quantities and prices",
        "Flagged, never changed: modified z-score of the logarithm, 3.5 and beyond (`docs/data-quality.md`).",
        _quantities(findings.quantities),
        plots.anomalies_by_family(findings.anomalies_by_family) if findings.anomalies_by_family else "",
        _prices(findings.prices),
        "## Row counts against the publication before",
        plots.drift_by_day(findings.drift_by_day) if findings.drift_by_day else "No table was published twice yet.",
    ]
    return "\n\n".join(section for section in sections if section)


def _headline(findings: Findings) -> str:
    rows = findings.total("rows")
    return (
        f"**{len(findings.tables)} tables, {rows:,} rows in their latest publications.** "
        f"{findings.tables_with_warnings} with warnings · {len(findings.refusals)} refusals in 30 days · "
        f"{findings.total('rejected_rows'):,} rows rejected · {findings.total('merged_rows'):,} merged · "
        f"{findings.total('flagged_rows'):,} flagged as unusual. What each check means: `docs/data-quality.md`."
    )


def _refusals(rows: Rows) -> str:
    if not rows:
        return ""
    columns: dict[str, Cell] = {
        "When": lambda row: f"{row['published_at']:%Y-%m-%d %H:%M}",
        "Table": lambda row: row["dataset"],
        "Check": lambda row: row["check_name"],
        "Rows": lambda row: _number(row["offending_rows"]),
        "For example": lambda row: _short(row["example"]),
    }
    return "## Refused\n\nThe rows before them stay served.\n\n" + _table(columns, rows)


def _tables(rows: Rows) -> str:
    columns: dict[str, Cell] = {
        "Table": lambda row: row["dataset"],
        "Rows": lambda row: _number(row["rows"]),
        "Change": lambda row: _share(row["row_count_change_share"], sign=True),
        "Empty cells": lambda row: _share(row["null_share"]),
        "Rejected": lambda row: _number(row["rejected_rows"]),
        "Merged": lambda row: _number(row["merged_rows"]),
        "Flagged": lambda row: _number(row["flagged_rows"]),
        "Age": lambda row: _age(row["age_days"]),
        "Warnings": lambda row: row["warnings"] or "–",
    }
    return "## Tables\n\nRows are those of the days that the latest publication replaced.\n\n" + _table(columns, rows)


def _rejections(rows: Rows) -> str:
    columns: dict[str, Cell] = {
        "Reason": lambda row: f"`{row['reason']}`",
        "Rows": lambda row: _number(row["rows"]),
        "From": lambda row: row["place"],
        "What is wrong": lambda row: CODES[row["reason"]].defect if row["reason"] in CODES else row["detail"],
        "For example": lambda row: f"row {row['example_row']}: {row['detail']}: {_short(_filled(row['example']))}",
    }
    if not rows:
        return "No row is rejected."
    return _table(columns, rows) + "\n\nThe rules: `docs/erp-workbook.md`, for an ERP's database `docs/erp-sql.md`."


def _offenders(rows: Rows) -> str:
    if not rows:
        return ""
    columns: dict[str, Cell] = {
        "": lambda row: row["kind"],
        "Name": lambda row: row["name"],
        "Lines": lambda row: _number(row["lines"]),
        "Repaired": lambda row: _number(row["repaired"]),
        "Merged": lambda row: _number(row["merged"]),
        "Share": lambda row: _share(row["share"]),
        "Mostly": lambda row: f"`{row['main_rule']}`",
    }
    return "### Sites and suppliers whose lines need most repair\n\n" + _table(columns, rows)


def _quantities(rows: Rows) -> str:
    columns: dict[str, Cell] = {
        "Item": lambda row: f"{row['item_id']} {row['item_name']}",
        "Site": lambda row: row["site_id"],
        "Day": lambda row: row["date"],
        "Quantity": lambda row: f"{float(row['demand']):,.6g} {row['unit']}",
        "Usually": lambda row: f"{row['usual_demand']:,.3g}",
        "Score": lambda row: f"{row['score']:+.1f}",
    }
    return _table(columns, rows) if rows else "No quantity is flagged."


def _prices(rows: Rows) -> str:
    if not rows:
        return ""
    columns: dict[str, Cell] = {
        "Order": lambda row: f"{row['order_id']} / {row['line_no']}",
        "Item": lambda row: row["item_name"],
        "Supplier": lambda row: row["supplier_id"],
        "Price, R$": lambda row: f"{row['unit_price_brl']:,.2f}",
        "Usually": lambda row: f"{row['usual_price_brl']:,.2f}" if row["usual_price_brl"] else "–",
        "Score": lambda row: f"{row['score']:+.1f}" if row["score"] is not None else "not above zero",
    }
    return _table(columns, rows)


def _table(columns: Mapping[str, Cell], rows: Rows) -> str:
    cells = [columns, ["---"] * len(columns), *([_escaped(cell(row)) for cell in columns.values()] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in cells)


def _escaped(value: Any) -> str:
    """Text that a cell of a Markdown table can hold, whatever a source wrote into it."""
    return " ".join(str(value).split()).replace("|", "\\|").replace("<", "&lt;")


def _number(value: int | None) -> str:
    return "–" if value is None else f"{value:,}"


def _share(value: float | None, *, sign: bool = False) -> str:
    return "–" if value is None else f"{value:{'+' if sign else ''}.1%}"


def _age(days: float) -> str:
    if days < 1 / 24:
        return f"{days * 24 * 60:.0f} min"
    return f"{days * 24:.0f} h" if days < 2 else f"{days:.0f} days"


def _filled(cells: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in cells.items() if value not in (None, "")}


def _short(example: Any, limit: int = 160) -> str:
    text = json.dumps(example, ensure_ascii=False, default=str)
    return text if len(text) <= limit else text[:limit] + "…"
