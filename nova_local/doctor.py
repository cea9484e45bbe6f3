"""`nova doctor`: what this machine has, what is missing and how to get it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
from python_calamine import CalamineError, CalamineWorkbook

from nova_local import materialization, page, postgres, project, state, valkey
from nova_local.demo_workbook import LINES_SHEET
from nova_local.errors import LocalError
from nova_local.files import is_locked
from nova_local.home import Home
from nova_local.identity import Identity, unprivileged
from nova_local.materialization import Wish
from nova_local.parts import USUAL_PORTS
from nova_local.ports import is_free

GIGABYTE = 1_000_000_000
ENOUGH_DISK, ENOUGH_MEMORY = 4 * GIGABYTE, 3 * GIGABYTE
OK, WARNING, BAD = "ok", "warning", "bad"


@dataclass(frozen=True)
class Finding:
    """`level`: ok, warning (Nova works with less) or bad (it does not). `remedy` is empty when all is well."""

    subject: str
    level: str
    found: str
    remedy: str = ""


def examine(home: Home, workbook: Path | None) -> Iterator[Finding]:
    """All findings in the order of a reader's interest. `workbook`: the purchasing workbook to try, if any."""
    yield python()
    yield node()
    yield from resources(home)
    yield from environments()
    yield servers(home)
    yield cache()
    yield ports(home)
    yield chromium()
    yield source(home, workbook)
    if workbook is not None:
        yield readable(workbook)


def python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    if (3, 11) <= sys.version_info[:2] <= (3, 13):
        return Finding("Python", OK, version)
    return Finding("Python", BAD, version, "run `make PYTHON=…` with a Python 3.11, 3.12 or 3.13")


def node() -> Finding:
    version = page.node_version()
    found = ".".join(map(str, version)) if version else "no node with npm on PATH"
    if page.node_suffices():
        return Finding("Node", OK, found)
    return Finding("Node", WARNING, found, f"install Node {page.OLDEST_NODE_TEXT} or newer; without it no page")


def resources(home: Home) -> Iterator[Finding]:
    """Disk below the home and memory of the machine."""
    disk, memory = shutil.disk_usage(home.root).free, psutil.virtual_memory().available
    for subject, free, enough in (("free disk", disk, ENOUGH_DISK), ("free memory", memory, ENOUGH_MEMORY)):
        found = f"{free / GIGABYTE:.1f} GB"
        remedy = "" if free >= enough else f"free at least {enough / GIGABYTE:.0f} GB"
        yield Finding(subject, OK if free >= enough else WARNING, found, remedy)


def environments() -> Iterator[Finding]:
    """The two Python environments, and whether they are those of the locks."""
    for folder, name in ((".venv", "main"), (".venv-forecasting", "forecasting")):
        interpreter = project.ROOT / folder / "bin" / "python"
        if not os.access(interpreter, os.X_OK):
            yield Finding(folder, BAD, "absent", "run `make install`")
            continue
        stamp, lock = project.ROOT / folder / f".nova-{name}", project.ROOT / "requirements" / f"{name}.txt"
        fresh = stamp.exists() and stamp.stat().st_mtime >= lock.stat().st_mtime
        found = "installed from the lock" if fresh else f"older than requirements/{lock.name}"
        yield Finding(folder, OK if fresh else WARNING, found, "" if fresh else "run `make install`")


def servers(home: Home) -> Finding:
    """Whether PostgreSQL's program runs here, with its shared libraries, for the user it will run as."""
    try:
        identity, binaries = unprivileged(), postgres.wheel_binaries()
        as_us = identity.can_execute(binaries / "postgres")
        usable = as_us or Identity().can_execute(binaries / "postgres")
    except LocalError as error:
        return Finding("PostgreSQL", BAD, str(error), "run `make install`")
    if not usable:
        remedy = "install the C library's usual shared libraries (glibc 2.28 or newer), or see `ldd` of it"
        return Finding("PostgreSQL", BAD, f"{binaries / 'postgres'} does not run", remedy)
    place = "" if as_us else f"; a copy will be used, since user {identity.uid} cannot enter the clone"
    return Finding("PostgreSQL", OK, f"{binaries}{place}")


def cache() -> Finding:
    binary = valkey.find_binary()
    if binary is not None:
        return Finding("cache", OK, str(binary))
    return Finding("cache", WARNING, "none", "the API caches in its memory alone; for more install valkey or redis")


def ports(home: Home) -> Finding:
    """Usual ports that others hold; we then take the next."""
    if is_locked(home.lock):
        return Finding("ports", OK, "held by the running Nova: " + ports_text(state.load(home.state).ports.values()))
    taken = [port for port in USUAL_PORTS.values() if not is_free(port)]
    if taken:
        return Finding("ports", OK, f"taken by others: {ports_text(taken)}; the next free ones will be used")
    return Finding("ports", OK, "all usual ones are free")


def ports_text(numbers: Iterable[int]) -> str:
    return ", ".join(str(number) for number in numbers)


def chromium() -> Finding:
    """The browser of the end-to-end tests."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return Finding("Chromium", OK, path)
    remedy = "needed for the browser tests only: `apt-get install chromium`, or `.venv/bin/playwright install chromium`"
    return Finding("Chromium", WARNING, "none on PATH", remedy)


def source(home: Home, workbook: Path | None) -> Finding:
    """What `nova up` would load."""
    if materialization.choose_kind(home, Wish(workbook)) == materialization.ERP:
        return Finding("source", OK, "the ERP of ERP_URL" if os.environ.get("ERP_URL") else "the demo ERP")
    latest = home.workbook.resolve() if home.workbook.exists() else "a demo workbook"
    return Finding("source", OK, str(workbook or latest))


def readable(workbook: Path) -> Finding:
    """Whether the purchasing workbook opens and has the sheet with the lines."""
    try:
        sheets = CalamineWorkbook.from_path(workbook).sheet_names
    except (OSError, CalamineError) as error:
        return Finding("workbook", BAD, f"{workbook}: {error}", "pass the .xlsx that the ERP exported")
    if LINES_SHEET in sheets:
        return Finding("workbook", OK, str(workbook))
    return Finding("workbook", BAD, f"{workbook} has no sheet {LINES_SHEET!r}", f"its sheets: {', '.join(sheets)}")
