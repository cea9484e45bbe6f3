"""The first materialization: from the workbook to the tables that are served, when this input was not loaded yet."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from nova_local import digest, project
from nova_local.demo_workbook import write_demo_workbook
from nova_local.errors import LocalError
from nova_local.files import write_private
from nova_local.home import Home
from nova_local.identity import follow_parent
from nova_local.logs import failure

PART = "materialize"
DEMO_SIZE = "small"
WORKBOOK, ERP = SOURCES = ("workbook", "erp")


def choose_workbook(home: Home, asked: Path | None, size: str | None) -> Path:
    """`asked`, else the workbook that was loaded last, else the demo; an explicit `size` means the demo of that size.

    Raises `LocalError` when the file that was asked for does not exist.
    """
    if asked is not None and size is None:
        if not asked.is_file():
            raise LocalError(f"there is no workbook at {asked}")
        return asked.resolve()
    if size is None and home.workbook.is_file():
        return home.workbook.resolve()
    workbook = home.demo_workbook(size or DEMO_SIZE)
    if not workbook.exists():
        fresh = workbook.with_suffix(".new.xlsx")
        write_demo_workbook(fresh, size or DEMO_SIZE)
        fresh.rename(workbook)
    return workbook


def choose_source(home: Home, asked: str | None, workbook_asked: bool) -> str:
    """`asked`, else the workbook where one was asked for, else the source of last time, else the workbook.

    Raises `LocalError` for a source that there is not.
    """
    if asked is not None and asked not in SOURCES:
        raise LocalError(f"unknown source {asked!r}: choose one of {', '.join(SOURCES)}")
    if asked is None and not workbook_asked and home.source.exists():
        return home.source.read_text(encoding="utf-8").strip()
    return asked or WORKBOOK


def fingerprint(workbook: Path, source: str = WORKBOOK) -> str:
    """The input and the code that turns it into tables; not what an ERP holds, which changes by the minute."""
    code = [
        *(project.ROOT / "nova_assets").rglob("*.py"),
        *(project.ROOT / "sql").rglob("*.sql"),
        *(project.ROOT / "requirements").glob("*.txt"),
    ]
    data = digest.of_files([workbook], workbook.parent) if source == WORKBOOK else source
    return f"{data}+{digest.of_files(code, project.ROOT)}"


def is_done(home: Home, workbook: Path, source: str) -> bool:
    """Whether this input was loaded last, by this code."""
    if not home.materialized.exists():
        return False
    return home.materialized.read_text(encoding="utf-8").strip() == fingerprint(workbook, source)


def is_other_data(home: Home, workbook: Path, source: str) -> bool:
    """Whether this is not what was loaded last: whoever chose it wants its rows, however many they are."""
    if not home.source.exists() or home.source.read_text(encoding="utf-8").strip() != source:
        return True
    return source == WORKBOOK and home.workbook.resolve() != workbook.resolve()


def materialize(
    home: Home,
    workbook: Path,
    environment: Mapping[str, str],
    tell: Callable[[str], None],
    *,
    accept_drift: bool = False,
) -> None:
    """Run the pipeline's own command, pass on each line it prints, and remember the input when it succeeds.

    `environment` says by NOVA_SOURCE what is loaded: the workbook, or the ERP. `accept_drift`: far fewer rows than
    there are now are no reason to refuse them.

    Raises `LocalError` with the end of its log when it fails.
    """
    source = environment["NOVA_SOURCE"]
    input_and_code = fingerprint(workbook, source)
    log = home.log(PART)
    with log.open("a", encoding="utf-8") as record:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "nova_assets.materialize", "--workbook", workbook),
                *(["--accept-drift"] if accept_drift else []),
            ],
            env={**environment, "PYTHONUNBUFFERED": "1"},
            cwd=project.ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=record,
            text=True,
            start_new_session=True,
            preexec_fn=follow_parent(signal.SIGTERM),
        )
        assert process.stdout is not None
        with process.stdout as lines:
            for line in lines:
                record.write(line)
                record.flush()
                tell(line.rstrip())
    if process.wait():
        raise failure(f"the materialization failed with code {process.returncode}", log)
    write_private(home.materialized, input_and_code + "\n")
    write_private(home.source, source + "\n")
    remember(home, workbook)


def remember(home: Home, workbook: Path) -> None:
    """Make this the workbook that is read from now on, in one step; a run in between reads the one or the other."""
    fresh = home.workbook.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(workbook)
    fresh.replace(home.workbook)
