"""Forecasts on a real cluster: a Spark Connect server, two executor processes, and what goes wrong with them."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from statsforecast import models

from nova_assets.forecasting.engine import LocalEngine
from nova_assets.forecasting.history import History
from nova_assets.forecasting.series import Series
from nova_assets.forecasting.spark import ClusterError, SparkCluster, require_libraries, require_version
from tests.support.spark_server import SparkServer, spark_server, why_no_spark_server

TOKEN = "dapi-not-for-everyone"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkServer]:
    reason = why_no_spark_server()
    if reason:
        assert not os.environ.get("CI"), f"CI tests forecasts on Spark: {reason}"
        pytest.skip(reason)
    with spark_server(tmp_path_factory.mktemp("spark")) as running:
        yield running


class EagerCluster(SparkCluster):
    """A cluster that is given all work, whether it pays or not."""

    def pay(self, seconds: float) -> bool:
        return True


@pytest.fixture(scope="module")
def cluster(server: SparkServer) -> EagerCluster:
    return EagerCluster(server.remote)


@pytest.fixture
def frame(portfolio: pd.DataFrame) -> pd.DataFrame:
    """The series of the portfolio that are long enough for every estimator."""
    history = History.before(date(2025, 9, 1), portfolio)
    return history.of(history.items[history.summary["weeks"] > 10])


@pytest.mark.parametrize("estimator", [models.TSB(0.1, 0.1), models.AutoTheta(season_length=1)], ids=repr)
def test_means_are_those_of_this_machine(estimator: Any, frame: pd.DataFrame, cluster: EagerCluster) -> None:
    told: list[tuple[int, int]] = []
    engine = LocalEngine(cluster, lambda done, total: told.append((done, total)))
    there, here = engine.means(estimator, Series.of(frame), 13), LocalEngine().means(estimator, Series.of(frame), 13)
    assert there.shape == here.shape
    assert there == pytest.approx(here, rel=1e-9)
    assert told[-1] == (len(here), len(here))


def test_executors_run_the_code_that_was_sent_to_them(cluster: EagerCluster) -> None:
    import pyarrow as pa

    def look(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        from nova_assets.forecasting import series

        for _ in batches:
            yield pa.RecordBatch.from_pydict({"path": [str(series.__file__)]})

    (row,) = cluster.session.range(1).mapInArrow(look, "path string").collect()  # pyright: ignore
    assert "nova-forecasting-" in row["path"]
    assert ".zip" in row["path"]


def test_an_executor_that_is_killed_in_the_midst_of_the_work_changes_nothing(
    frame: pd.DataFrame, server: SparkServer, cluster: EagerCluster
) -> None:
    victims: list[int] = []

    def kill_one(done: int, total: int) -> None:
        if not victims and 0 < done < total:
            executor = server.executors()[0]
            executor.kill()
            victims.append(executor.pid)

    arima = models.AutoARIMA(season_length=1)
    there = LocalEngine(cluster, kill_one).means(arima, Series.of(frame), 13)
    assert victims
    assert victims[0] not in {executor.pid for executor in server.executors()}
    assert there == pytest.approx(LocalEngine().means(arima, Series.of(frame), 13), rel=1e-9)


def test_an_estimator_that_fails_there_says_why(frame: pd.DataFrame, cluster: EagerCluster) -> None:
    with pytest.raises(ClusterError, match="forecast on Spark failed: NotImplementedError: tiny datasets"):
        LocalEngine(cluster).means(models.AutoTheta(season_length=1), Series.of(frame.groupby("unique_id").head(2)), 13)


def test_executors_without_the_libraries_are_refused_with_what_they_lack(server: SparkServer) -> None:
    bare = EagerCluster(server.remote)
    python = Path(sys.base_prefix) / "bin" / f"python{sys.version_info[0]}.{sys.version_info[1]}"
    bare.session.conf.set("spark.sql.execution.pyspark.python", str(python))
    with pytest.raises(ClusterError, match=r"The executors' Python does not run: .*pyarrow"):
        assert bare.ready


def test_a_server_that_is_away_is_said_at_once_and_without_the_token() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(ClusterError, match=f"No Spark Connect server answers at 127.0.0.1:{port}: ") as refused:
            assert SparkCluster(f"sc://127.0.0.1:{port}/;token={TOKEN}").session
    assert TOKEN not in str(refused.value)


@pytest.mark.parametrize("address", ["spark://host:7077", "host:15002", "sc://", "sc://host:port"])
def test_an_address_of_another_kind_is_refused_with_the_form_it_needs(address: str) -> None:
    with pytest.raises(ClusterError, match="it must be like sc://host:15002"):
        assert SparkCluster(address).session


@pytest.mark.parametrize("version", ["3.5.6", "2.4"])
def test_an_older_spark_is_refused(version: str) -> None:
    require_version("host:15002", "4.0.1")
    require_version("host:15002", "4.2.1-SNAPSHOT")
    with pytest.raises(ClusterError, match=rf"host:15002 is Spark {version}; forecasts need 4.0 or later"):
        require_version("host:15002", version)


def test_another_version_of_a_library_is_refused_with_the_one_to_install() -> None:
    with pytest.raises(ClusterError, match=r"Python 3.12.4 has statsforecast 1.7.0: install statsforecast=="):
        require_libraries({"python": "3.12.4", "statsforecast": "1.7.0"})
    with pytest.raises(ClusterError, match=r"Python 3.12.4 has no statsforecast: install statsforecast=="):
        require_libraries({"python": "3.12.4", "statsforecast": "absent"})
