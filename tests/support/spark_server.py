"""A real Spark Connect server on this machine, with a cluster of two executor processes behind it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

SPARK_ENVIRONMENT = Path(__file__).resolve().parents[2] / ".venv-spark"
START_LIMIT_SECONDS = 180
STARTED = re.compile(r"Spark Connect server started at: 127\.0\.0\.1:(\d+)")
QUICK_JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto"
EXECUTOR = "CoarseGrainedExecutorBackend"


@dataclass(frozen=True)
class SparkServer:
    """A running server.

    Attributes:
        remote: its address, as SPARK_REMOTE takes it.
        process: the server; executors are its children.
    """

    remote: str
    process: psutil.Process

    def executors(self) -> list[psutil.Process]:
        """The executors that run now."""
        children = self.process.children(recursive=True)
        return [child for child in children if child.is_running() and EXECUTOR in " ".join(_command(child))]


def why_no_spark_server() -> str | None:
    """Why this machine cannot run one; None when it can."""
    if not shutil.which("java"):
        return "needs Java 17: `java` is not on PATH"
    if not _installed():
        return "needs the Spark server: make install-spark"
    return None


@contextmanager
def spark_server(folder: Path) -> Iterator[SparkServer]:
    """Starts a server whose files are all in `folder` and whose executors run the Python of this process; ends it.

    Raises:
        RuntimeError: when it ends or does not come up; the message holds the end of its log.
    """
    home = _home(folder)
    log = folder / "server.log"
    command = [
        *(str(home / "bin" / "spark-submit"), "--class", "org.apache.spark.sql.connect.service.SparkConnectServer"),
        *("--master", "local-cluster[2,1,1024]", "--driver-memory", "512m"),
        # Java that starts quickly instead of running fast: nothing here lasts.
        *("--driver-java-options", QUICK_JAVA),
        *_settings({"spark.executor.extraJavaOptions": QUICK_JAVA}),
        *_settings({"spark.executor.memory": "512m", "spark.ui.enabled": "false", "spark.task.maxFailures": "2"}),
        # Port 0: the server finds a free one and says which.
        *_settings({"spark.connect.grpc.binding.address": "127.0.0.1", "spark.connect.grpc.binding.port": "0"}),
        "spark-internal",
    ]
    environment = os.environ | {
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_DIRS": str(folder / "local"),
        "PYSPARK_PYTHON": sys.executable,
    }
    with log.open("wb") as output:
        started = subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT)
    process = psutil.Process(started.pid)
    try:
        yield SparkServer(f"sc://127.0.0.1:{_port(started, log)}", process)
    finally:
        family = [process, *process.children(recursive=True)] if process.is_running() else []
        started.terminate()
        _, stubborn = psutil.wait_procs(family, timeout=15)
        for child in stubborn:
            child.kill()
        started.wait()


def _installed() -> Path | None:
    return next(SPARK_ENVIRONMENT.glob("lib/python3*/site-packages/pyspark"), None)


def _home(folder: Path) -> Path:
    """The installed Spark by links: a cluster writes its work into its home, and that shall be `folder`."""
    installed = _installed()
    if installed is None:
        raise RuntimeError("There is no Spark server: make install-spark")
    home = folder / "home"
    home.mkdir()
    for entry in ("bin", "jars", "python"):
        (home / entry).symlink_to(installed / entry)
    return home


def _settings(settings: dict[str, str]) -> list[str]:
    return [word for name, value in settings.items() for word in ("--conf", f"{name}={value}")]


def _port(started: subprocess.Popen[bytes], log: Path) -> int:
    deadline = time.monotonic() + START_LIMIT_SECONDS
    while time.monotonic() < deadline and started.poll() is None:
        if found := STARTED.search(log.read_text(errors="replace")):
            return int(found[1])
        time.sleep(0.1)
    raise RuntimeError(f"The Spark Connect server did not start:\n{log.read_text(errors='replace')[-3000:]}")


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:
        return []
