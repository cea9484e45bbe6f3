"""The page's build: made again only when its sources or the version of Node differ."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from nova_local import digest, project
from nova_local.files import write_private
from nova_local.identity import follow_parent
from nova_local.logs import failure

FOLDER = project.ROOT / "frontend"
SERVER = FOLDER / ".next" / "standalone" / "server.js"
OLDEST_NODE = (20, 9)
OLDEST_NODE_TEXT = "20.9"
BUILD_LOG = "page-build"
NOT_SOURCES = {"node_modules", ".next", "coverage", "next-env.d.ts"}  # what is installed or generated


def node_version() -> tuple[int, ...] | None:
    """Version of `node` on PATH, `None` when there is none or no `npm`."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        return None
    answer = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout
    return tuple(int(number) for number in re.findall(r"\d+", answer)) or None


def node_suffices() -> bool:
    version = node_version()
    return version is not None and version >= OLDEST_NODE


def sources(folder: Path) -> Iterator[Path]:
    """All files that the build is made from."""
    for entry in folder.iterdir():
        if entry.name in NOT_SOURCES or entry.suffix == ".tsbuildinfo":
            continue
        if entry.is_dir():
            yield from sources(entry)
        else:
            yield entry


@dataclass(frozen=True)
class Build:
    """A build of the page that is under way, or was not needed (`process` is `None`)."""

    process: subprocess.Popen | None
    stamp: Path
    fingerprint: str
    log: Path

    def wait(self) -> None:
        """Wait until it is done and remember its sources; raises `LocalError` with the end of its log."""
        if self.process is None:
            return
        if self.process.wait():
            raise failure(f"the page's build failed with code {self.process.returncode}", self.log)
        write_private(self.stamp, self.fingerprint + "\n")


def start_build(environment: Mapping[str, str], log: Path) -> Build:
    """Install the locked packages when they changed and build, in a child of its own, unless the build is current.

    Needs Node (`node_suffices`).
    """
    fingerprint = f"{digest.of_files(sources(FOLDER), FOLDER)} node {node_version()}"
    stamp = FOLDER / ".next" / "nova-build"
    if SERVER.exists() and stamp.exists() and stamp.read_text(encoding="utf-8").strip() == fingerprint:
        return Build(None, stamp, fingerprint, log)
    with log.open("ab") as output:
        process = subprocess.Popen(
            ["/bin/sh", "-ec", f"{install_command()} && npm run build"],
            cwd=FOLDER,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=follow_parent(signal.SIGTERM),
        )
    return Build(process, stamp, fingerprint, log)


def install_command() -> str:
    """`npm ci`, unless it was run since the lock changed: npm writes its own record at the end."""
    lock, record = FOLDER / "package-lock.json", FOLDER / "node_modules" / ".package-lock.json"
    if record.exists() and record.stat().st_mtime >= lock.stat().st_mtime:
        return "true"
    return "npm ci --no-audit --no-fund"
