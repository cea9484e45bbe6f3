"""The assets that load the purchasing workbook: raw lines, repaired lines and rejected rows, in one transaction."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import pyarrow as pa

from nova_assets.extracts.workbook import lines as lines_module
from nova_assets.extracts.workbook import rules, sheets
from nova_assets.extracts.workbook.lines import PurchaseLine, RejectedLine, Repaired, repair
from nova_assets.extracts.workbook.sheets import LINES_SHEET, Line, Workbook, WorkbookError, read_workbook
from nova_assets.factories import asset_key, check_specs, publication_events, table_spec
from nova_assets.partitions import today
from nova_assets.publication import Replacement
from nova_assets.registry import Table
from nova_assets.registry.staging import (
    PURCHASE_LINES,
    REJECTED_ROWS,
    TABLES,
    WORKBOOK,
    WORKBOOK_LINES,
    WORKBOOK_SITES,
)
from nova_assets.resources.warehouse import Warehouse
from nova_assets.settings import MissingSettingError, source, workbook_path

SOURCE = "purchasing_workbook"
CODE = "\n".join(Path(module.__file__ or "").read_text(encoding="utf-8") for module in (lines_module, rules, sheets))

workbook_file = dg.AssetSpec(
    asset_key(WORKBOOK),
    description="The purchasing report that the ERP exports as an Excel workbook: requisitions and their purchases. "
    "It holds no stock, no prices and no deliveries.",
    group_name="erp",
    kinds={"excel"},
    owners=["team:purchasing"],
)


@dg.multi_asset(
    name="purchasing_workbook",
    specs=[table_spec(table, kinds={"excel", "postgres"}, code=CODE) for table in TABLES],
    check_specs=[spec for table in TABLES for spec in check_specs(table)],
    pool="erp",
)
def purchasing_workbook(context: dg.AssetExecutionContext, warehouse: Warehouse) -> Iterator[Any]:
    """Read the workbook named by ERP_WORKBOOK and publish its lines, repaired by rule, with nothing lost."""
    if source() != "workbook":
        nothing = Workbook([], [])
        empty = replacements(nothing, repair(nothing, today()))
        yield from publication_events(
            context, lambda: warehouse.replace_ranges(empty, context.run.run_id), source=source()
        )
        return
    try:
        path = workbook_path()
        workbook = read_workbook(path)
    except (WorkbookError, MissingSettingError) as error:
        raise dg.Failure(f"{error} The previous load stays served.", allow_retries=False) from error
    repaired = repair(workbook, today())
    yield from publication_events(
        context,
        lambda: warehouse.replace_ranges(replacements(workbook, repaired), context.run.run_id),
        **_report(path, workbook, repaired),
    )


def replacements(workbook: Workbook, repaired: Repaired) -> list[Replacement]:
    """The four tables of the extract as they will be published together."""
    return [
        Replacement(WORKBOOK_LINES, None, _raw(WORKBOOK_LINES, workbook.lines)),
        Replacement(WORKBOOK_SITES, None, _raw(WORKBOOK_SITES, workbook.sites)),
        Replacement(REJECTED_ROWS, None, _rejected_rows(repaired.rejected)),
        Replacement(PURCHASE_LINES, None, _purchase_lines(repaired.lines)),
    ]


def _raw(table: Table, lines: Sequence[Line]) -> pa.Table:
    names = [name for name in table.column_names if name != "row_number"]
    columns = {"row_number": pa.array([line.row_number for line in lines], pa.int32())}
    return pa.table(columns | {name: pa.array([line.cells[name] for line in lines], pa.string()) for name in names})


def _purchase_lines(lines: Sequence[PurchaseLine]) -> pa.Table:
    converted: Mapping[str, Callable[[PurchaseLine], Any]] = {
        "repairs": lambda line: "{" + ",".join(line.repairs) + "}",
        "quantity": lambda line: str(line.quantity),
    }
    types = {
        "row_number": pa.int32(),
        "merged_into": pa.int32(),
        "is_service": pa.bool_(),
        **dict.fromkeys(("needed_on", "requested_on", "ordered_on"), pa.date32()),
    }
    return pa.table(
        {
            name: pa.array(
                [converted[name](line) if name in converted else getattr(line, name) for line in lines],
                types.get(name, pa.string()),
            )
            for name in PURCHASE_LINES.column_names
        }
    )


def _rejected_rows(rejected: Sequence[RejectedLine]) -> pa.Table:
    return pa.table(
        {
            "source": pa.array([SOURCE] * len(rejected), pa.string()),
            "sheet": pa.array([LINES_SHEET] * len(rejected), pa.string()),
            "row_number": pa.array([line.row_number for line in rejected], pa.int32()),
            "reason": pa.array([line.reason for line in rejected], pa.string()),
            "detail": pa.array([line.detail for line in rejected], pa.string()),
            "raw": pa.array([json.dumps(line.raw, ensure_ascii=False) for line in rejected], pa.string()),
        }
    )


def _report(path: Path, workbook: Workbook, repaired: Repaired) -> dict[str, Any]:
    repairs = Counter(code for line in repaired.lines for code in line.repairs)
    return {
        "workbook": path.name,
        "workbook_sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "rows_read": len(workbook.lines),
        "rows_kept": repaired.count("kept"),
        "rows_merged": repaired.count("merged"),
        "rows_rejected": len(repaired.rejected),
        "services": sum(line.is_service for line in repaired.lines),
        "first_day": _day(min((line.requested_on for line in repaired.lines), default=None)),
        "last_day": _day(max((line.requested_on for line in repaired.lines), default=None)),
        "repairs": dg.MetadataValue.md(_counts("Rule", repairs)),
        "rejected": dg.MetadataValue.md(_counts("Reason", Counter(line.reason for line in repaired.rejected))),
    }


def _day(day: date | None) -> str:
    return day.isoformat() if day else "none"


def _counts(heading: str, counts: Counter[str]) -> str:
    rows = [f"| {code} | {count} | {rules.CODES[code].treatment} |" for code, count in counts.most_common()]
    return "\n".join([f"| {heading} | Rows | What is done |", "|---|---:|---|", *rows])
