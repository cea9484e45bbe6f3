"""The first materialization: from the source to the tables that are served, when this input was not loaded yet."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
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
WORKBOOK, ERP = KINDS = ("workbook", "erp")


@dataclass(frozen=True)
class Wish:
    """What a command was asked to load. `size`: of the demo, instead of a workbook or of another demo.

    `kind`: workbook or erp; None: the workbook where one is named, else that of last time.
    """

    workbook: Path | None = None
    size: str | None = None
    kind: str | None = None


@dataclass(frozen=True)
class Source:
    """What is loaded: the ERP's database, or the purchasing workbook at `workbook`. `demo`: which demo ERP it is."""

    kind: str
    workbook: Path | None = None
    demo: str = ""

    @property
    def name(self) -> str:
        """What tells it from another source of its kind; an ERP of the user's own is one, wherever it is."""
        return str(self.workbook) if self.workbook else self.demo

    def __str__(self) -> str:
        return "the ERP" if self.workbook is None else self.workbook.name


def choose(home: Home, wish: Wish) -> Source:
    """The source of a load: what was asked for, else that of last time, else the ERP.

    Raises `LocalError` for a source that there is not, or a workbook that does not exist.
    """
    kind = choose_kind(home, wish)
    return Source(kind, choose_workbook(home, wish.workbook, wish.size) if kind == WORKBOOK else None)


def choose_kind(home: Home, wish: Wish) -> str:
    if wish.kind is not None and wish.kind not in KINDS:
        raise LocalError(f"unknown source {wish.kind!r}: choose one of {', '.join(KINDS)}")
    return wish.kind or (WORKBOOK if wish.workbook else loaded_kind(home) or ERP)


def loaded_kind(home: Home) -> str | None:
    """The kind of source that was loaded last; None while nothing was."""
    return _loaded(home)[0]


def _loaded(home: Home) -> tuple[str | None, str | None]:
    """Kind and name of the source that was loaded last; None where it is not known."""
    if not home.source.exists():
        return None, None
    kind, *name = home.source.read_text(encoding="utf-8").splitlines()
    return kind, name[0] if name else None


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


def fingerprint(source: Source) -> str:
    """The input and the code that turns it into tables; of an ERP only which it is and which of its branches are read,
    for what it holds changes by the minute."""
    code = [
        *(project.ROOT / "nova_assets").rglob("*.py"),
        *(project.ROOT / "sql").rglob("*.sql"),
        *(project.ROOT / "requirements").glob("*.txt"),
    ]
    workbook = source.workbook
    address, branches = (os.environ.get(name, "") for name in ("ERP_URL", "NOVA_ERP_BRANCHES"))
    erp = f"{ERP} {digest.of_text(f'{address} {branches} {source.demo}'.rstrip())}"
    data = erp if workbook is None else digest.of_files([workbook], workbook.parent)
    return f"{data}+{digest.of_files(code, project.ROOT)}"


def is_done(home: Home, source: Source) -> bool:
    """Whether this input was loaded last, by this code."""
    if not home.materialized.exists():
        return False
    return home.materialized.read_text(encoding="utf-8").strip() == fingerprint(source)


def is_other_data(home: Home, source: Source) -> bool:
    """Whether this is not what was loaded last: whoever chose it wants its rows, however many they are."""
    kind, name = _loaded(home)
    return source.kind != kind or name not in (source.name, None)


def materialize(
    home: Home,
    source: Source,
    environment: Mapping[str, str],
    tell: Callable[[str], None],
    *,
    accept_drift: bool = False,
    other_data: bool = False,
) -> None:
    """Run the pipeline's own command, pass on each line it prints, and remember the input when it succeeds.

    `environment` is that of the pipeline for this kind of source. `accept_drift`: far fewer rows than there are now
    are no reason to refuse them. `other_data`: it is another source, and what was planned from the former one goes.

    Raises `LocalError` with the end of its log when it fails.
    """
    input_and_code = fingerprint(source)
    log = home.log(PART)
    with log.open("a", encoding="utf-8") as record:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "nova_assets.materialize"),
                *(["--workbook", str(source.workbook)] if source.workbook else []),
                *(["--accept-drift"] if accept_drift else []),
                *(["--other-data"] if other_data else []),
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
    write_private(home.source, f"{source.kind}\n{source.name}\n")
    if source.workbook is not None:
        remember(home, source.workbook)


def remember(home: Home, workbook: Path) -> None:
    """Make this the workbook that is read from now on, in one step; a run in between reads the one or the other."""
    fresh = home.workbook.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(workbook)
    fresh.replace(home.workbook)
