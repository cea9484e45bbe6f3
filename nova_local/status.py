"""`nova status`: what runs, where, and what is in the tables that are served."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.rows import class_row
from rich.console import Console
from rich.table import Table

from nova_local import materialization, state
from nova_local.access import how_to_sign_in
from nova_local.files import is_locked
from nova_local.home import Home
from nova_local.orphans import DATABASE
from nova_local.running import running_services
from nova_local.state import PartState

READER = "nova_pipeline"


@dataclass(frozen=True)
class Dataset:
    """A served table as `support.dataset_versions` knows it."""

    dataset: str
    version: int
    row_count: int | None


@dataclass(frozen=True)
class Status:
    """`running`: a supervisor holds this home. `database_url` is empty and `datasets` too while it does not.

    `source`: erp or workbook, which was loaded last; empty while nothing was. `workbook`: the latest one, if any.
    """

    running: bool
    phase: str
    home: str
    source: str
    workbook: str
    database_url: str
    parts: tuple[PartState, ...]
    datasets: tuple[Dataset, ...]


def read_status(home: Home) -> Status:
    """What the state file records, corrected by what is alive, and the datasets when PostgreSQL answers."""
    recorded = state.load(home.state)
    running = is_locked(home.lock)
    phase = recorded.phase
    if not running and phase not in (state.STOPPED, state.FAILED):
        phase = state.FAILED  # its supervisor was killed
    url = running_services(home, recorded).role_url(READER) if running and recorded.address(DATABASE) else ""
    return Status(
        running=running,
        phase=phase,
        home=str(home.root),
        source=materialization.loaded_kind(home) or "",
        workbook=str(home.workbook.resolve()) if home.workbook.exists() else "",
        database_url=url,
        parts=recorded.parts if running else (),
        datasets=tuple(read_datasets(url)) if url else (),
    )


def read_datasets(url: str) -> list[Dataset]:
    """Rows of `support.dataset_versions`; none while the database or the table is not there yet."""
    query = "SELECT dataset, version, row_count FROM support.dataset_versions ORDER BY dataset"
    try:
        with (
            psycopg.connect(make_conninfo(url, connect_timeout=3)) as connection,
            connection.cursor(row_factory=class_row(Dataset)) as cursor,
        ):
            return cursor.execute(query).fetchall()
    except (psycopg.OperationalError, psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
        return []


def show(status: Status, console: Console) -> None:
    """The status as two tables."""
    console.print(f"Nova is {status.phase}; home {status.home}", highlight=False)
    if not status.running:
        return
    console.print(f"sign in: {how_to_sign_in()}", highlight=False)
    if status.source:
        console.print(f"source: {status.workbook if status.source == materialization.WORKBOOK else 'the ERP'}")
    parts = Table("part", "state", "address", "process", "restarts", box=None)
    for part in status.parts:
        number = str(part.process.pid) if part.process else ""
        parts.add_row(part.name, part.state, part.address, number, str(part.restarts))
    console.print(parts)
    datasets = Table("dataset", "version", "rows", box=None)
    for dataset in status.datasets:
        datasets.add_row(dataset.dataset, str(dataset.version), f"{dataset.row_count or 0:,}")
    console.print(datasets)
