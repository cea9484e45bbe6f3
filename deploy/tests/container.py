"""One service as a container without an engine: its own host, files, user and process numbers, by bubblewrap.

Inside it finds what its image, its secrets, its configs and its volumes put there, and nothing else of Nova.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from deploy.tests.composition import ROOT

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True)
class Place:
    """What a service finds: path inside to path on this machine."""

    host: str
    hosts_file: Path
    read_only: Mapping[str, Path]
    writable: Mapping[str, Path]
    empty: Sequence[str]
    environment: Mapping[str, str]
    workdir: str
    user: tuple[int, int]

    def command(self, words: Sequence[str]) -> list[str]:
        """`words` as the service's user in its place."""
        wrap = ["ip", "netns", "exec", self.host, "bwrap", "--die-with-parent", "--unshare-pid", "--as-pid-1"]
        wrap += ["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"]
        # Names are in the file alone: who asks a name server finds none, and is told so at once.
        wrap += ["--ro-bind", str(self.hosts_file), "/etc/hosts", "--ro-bind", "/dev/null", "/etc/resolv.conf"]
        # The clone, the caller's home and what runs here are no part of an image.
        for hidden in ("/run", "/opt", "/var/lib", str(Path.home()), str(ROOT)):
            wrap += ["--perms", "0755", "--tmpfs", hidden]
        for free in (*self.empty, "/dev/shm"):
            wrap += ["--perms", "1777", "--tmpfs", free]
        for option, binds in (("--bind", self.writable), ("--ro-bind", self.read_only)):
            for inside, path in binds.items():
                # Folders on the way are bubblewrap's own, and only root's, unless they are made before.
                for parent in reversed(Path(inside).parents[:-2]):
                    wrap += ["--perms", "0755", "--dir", str(parent)]
                wrap += [option, str(path), inside]
        wrap += ["--clearenv", *(word for item in self.environment.items() for word in ("--setenv", *item))]
        uid, gid = map(str, self.user)
        drop = ["setpriv", "--reuid", uid, "--regid", gid, "--clear-groups", "--no-new-privs", "--bounding-set=-all"]
        return [*wrap, "--chdir", self.workdir, "--", "tini", "--", *drop, *words]


@dataclass
class Container:
    """A service that runs: started again when it falls, until it is stopped."""

    name: str
    place: Place
    words: Sequence[str]
    log: Path
    lasting: bool
    stop_signal: str
    process: subprocess.Popen = field(init=False, repr=False)
    wanted: bool = field(default=False, init=False)
    falls: int = field(default=0, init=False)

    def start(self) -> None:
        """Start it, and look after it."""
        self.wanted = True
        self._launch()
        if self.lasting:
            threading.Thread(target=self._look_after, daemon=True).start()

    def _launch(self) -> None:
        with self.log.open("ab") as log:
            # The service's user opens it anew where it writes to /dev/stdout.
            self.log.chmod(0o666)
            self.process = subprocess.Popen(
                self.place.command(self.words), stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )

    def _look_after(self) -> None:
        while self.wanted:
            self.process.wait()
            if self.wanted:
                self.falls += 1
                time.sleep(0.1)
                self._launch()

    def wait(self, seconds: float) -> int:
        """The status of one that ends by itself."""
        return self.process.wait(seconds)

    def init(self) -> psutil.Process:
        """Its first process, which passes signals on to what it runs."""
        return psutil.Process(self.process.pid).children()[0]

    def main(self) -> psutil.Process:
        """The process of its command."""
        return self.init().children()[0]

    def kill(self) -> None:
        """SIGKILL its main process, as the kernel would that has no memory left."""
        self.main().kill()

    def stop(self, seconds: float = 30) -> int:
        """End it as `docker stop` does; returns its status, -9 where it had to be killed."""
        self.wanted = False
        try:
            self.init().send_signal(signal.Signals[self.stop_signal])
        except (psutil.NoSuchProcess, IndexError):
            return self.process.wait(seconds)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return -signal.SIGKILL

    def run(self, words: Sequence[str], seconds: float = 120) -> subprocess.CompletedProcess[str]:
        """Another command in the same place, as `docker compose run` and health checks do."""
        return subprocess.run(
            self.place.command(words),
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
            stdin=subprocess.DEVNULL,
        )


def interpreter() -> dict[str, Path]:
    """The Python that environments of this machine were made from: images have their own."""
    base = Path(sys.base_prefix)
    return {} if base.is_relative_to("/usr") else {str(base): base}


def base_environment() -> dict[str, str]:
    """What every container has."""
    return {"PATH": PATH, "HOME": "/tmp", "LANG": os.environ.get("LANG", "C.UTF-8")}
