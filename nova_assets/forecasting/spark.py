"""Workers on a Spark cluster, through Spark Connect: any cluster that has such a server, Databricks among them.

The client is a small package in Python; there is no Java on this side. This package goes to the executors as an
artifact of the session. What it imports there, `LIBRARIES`, must be in the environment of the executors' Python.
"""

from __future__ import annotations

import socket
import tempfile
import weakref
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import numpy as np

from nova_assets.forecasting.series import Floats, Series
from nova_assets.forecasting.spark_tasks import (
    ABSENT,
    ENVIRONMENT_COLUMNS,
    FORECAST_COLUMNS,
    batches_table,
    environment,
    forecasting,
)
from nova_assets.forecasting.version import code_version
from nova_assets.forecasting.workers import Workers
from nova_assets.settings import PROJECT_ROOT

if TYPE_CHECKING:
    from pyspark.sql.connect.session import SparkSession

LIBRARIES = ("statsforecast",)
"""What the executors need in the version that is installed here; Spark itself asks for pandas and pyarrow."""

LEAST_SPARK = (4, 0)
"""Servers before this one report no progress, and this client is not tested with them."""

DEFAULT_PORT = 15002
SECONDS_TO_CONNECT = 10

ABREAST = 4
"""How many tasks a cluster is taken to work on at a time; it does not say. Only what pays hangs on it."""

START_SECONDS = 5.0
"""A session, the artifact, and the first query on executors that have not imported statsforecast yet."""

HANDOVER_SECONDS = 1.5
"""Planning a query, moving series there and means back; `bench/forecast_speed.py --spark` prints what it takes."""

BATCH_SECONDS = 2.0
"""A task costs the cluster about a tenth of a second."""

FEWEST_BATCHES = 8


class ClusterError(RuntimeError):
    """The cluster cannot compute forecasts; the message says what is wrong with it."""


class SparkCluster(Workers):
    """The executors behind a Spark Connect server. A task that is lost with its executor, Spark runs again.

    Args:
        remote: `sc://host:port/;token=…`, as Spark Connect writes it. The token appears in no message.

    Raises:
        ClusterError: on first use, when no server answers, when it is too old, or when its executors lack a library.
    """

    def __init__(self, remote: str) -> None:
        super().__init__(ABREAST, START_SECONDS, HANDOVER_SECONDS, BATCH_SECONDS, FEWEST_BATCHES)
        self._remote = remote

    @cached_property
    def session(self) -> SparkSession:
        """A session of its own on the server, with this package for its executors."""
        from pyspark.sql.connect.session import SparkSession

        server = _answering(self._remote)
        with _as_cluster_error(f"The Spark Connect server at {server} refused a session"):
            session = SparkSession.builder.remote(self._remote).create()
            weakref.finalize(self, session.stop)
            require_version(server, session.version)
            with tempfile.TemporaryDirectory() as folder:
                session.addArtifact(str(_package(Path(folder))), pyfile=True)
        return session

    @cached_property
    def ready(self) -> SparkSession:
        """The session, once an executor has shown that it has what a forecast needs."""
        with _as_cluster_error("The executors' Python does not run"):
            look = self.session.range(1).mapInArrow(environment(LIBRARIES), ENVIRONMENT_COLUMNS)  # pyright: ignore
            found = {row["library"]: row["version"] for row in look.collect()}
        require_libraries(found)
        return self.session

    def _run(
        self, estimator: Any, batches: Sequence[Series], horizon: int, finished: Callable[[int], None]
    ) -> list[Floats]:
        session = self.ready
        rows = session.createDataFrame(batches_table(batches)).repartition(len(batches))
        forecasts = rows.mapInArrow(forecasting(estimator, horizon), FORECAST_COLUMNS)  # pyright: ignore
        told = _telling(finished, len(batches), sum(map(len, batches)))
        session.registerProgressHandler(told)
        try:
            with _as_cluster_error("The forecast on Spark failed"):
                made = forecasts.toArrow().sort_by("position")["means"].to_pylist()
        finally:
            session.removeProgressHandler(told)
        finished(sum(map(len, batches)))
        return [np.array(means).reshape(-1, horizon) for means in made]


def _telling(finished: Callable[[int], None], tasks: int, series: int) -> Any:
    """A progress handler of Spark Connect: batches are about equal, so that a share of tasks is that of series."""

    def told(stages: Sequence[Any], **_: Any) -> None:
        done = max((stage.num_completed_tasks for stage in stages if stage.num_tasks == tasks), default=0)
        if done:
            finished(series * done // tasks)

    return told


def _answering(remote: str) -> str:
    """`host:port` of a server that takes connections; the client itself would try for minutes before it says so."""
    try:
        parts = urlsplit(remote)
        host, port = parts.hostname, parts.port or DEFAULT_PORT
    except ValueError:
        host = port = None
    if not host or not port or not remote.startswith("sc://"):
        raise ClusterError(
            "SPARK_REMOTE is not the address of a Spark Connect server: it must be like sc://host:15002."
        )
    try:
        socket.create_connection((host, port), SECONDS_TO_CONNECT).close()
    except OSError as error:
        raise ClusterError(f"No Spark Connect server answers at {host}:{port}: {error.strerror or error}.") from error
    return f"{host}:{port}"


def _package(folder: Path) -> Path:
    """The sources that forecast, as a zip that Python imports from; named after their contents."""
    path = folder / f"nova-forecasting-{code_version()}.zip"
    forecasting_sources = (PROJECT_ROOT / "nova_assets" / "forecasting").rglob("*.py")
    with zipfile.ZipFile(path, "w") as archive:
        for source in [PROJECT_ROOT / "nova_assets" / "__init__.py", *sorted(forecasting_sources)]:
            archive.write(source, source.relative_to(PROJECT_ROOT))
    return path


def require_version(server: str, spark: str) -> None:
    """Refuse a server whose version of Spark is before `LEAST_SPARK`.

    Raises:
        ClusterError: it is.
    """
    if tuple(int(part) for part in spark.split(".")[:2]) < LEAST_SPARK:
        least = ".".join(map(str, LEAST_SPARK))
        raise ClusterError(f"The Spark Connect server at {server} is Spark {spark}; forecasts need {least} or later.")


def require_libraries(found: dict[str, str]) -> None:
    """Refuse executors whose libraries are not the ones installed here: their forecasts would be others.

    Args:
        found: as the task `environment` finds it: `python` and each of `LIBRARIES`, with its version or `ABSENT`.

    Raises:
        ClusterError: a library is absent or of another version.
    """
    for library in LIBRARIES:
        needed, there = version(library), found[library]
        if there != needed:
            has = f"has no {library}" if there == ABSENT else f"has {library} {there}"
            raise ClusterError(
                f"The executors' Python {found['python']} {has}: install {library}=={needed} in the cluster's "
                "environment (docs/forecasting.md, “On a cluster”)."
            )


@contextmanager
def _as_cluster_error(what: str) -> Iterator[None]:
    """Turns what Spark says, a page of Java, into one sentence; the page stays as the cause."""
    from grpc import RpcError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, RpcError) as error:
        raise ClusterError(f"{what}: {_reason(str(error))}") from error


def _reason(message: str) -> str:
    """The line that names a Python error, else the first."""
    lines = [line.strip() for line in message.splitlines() if line.strip()] or ["it gives no reason"]
    errors = [line for line in lines if line.split(":")[0].split(".")[-1].endswith(("Error", "Exception"))]
    return next((line for line in errors if not line.startswith("org.apache.spark")), lines[0])
