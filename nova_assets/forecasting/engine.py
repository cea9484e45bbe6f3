"""The one place that runs statsforecast, and where it runs.

An engine takes series and an estimator and returns means; models do not know whether the work is done in this process,
by its workers, or on a cluster. `FORECAST_ENGINE` names it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Protocol

import numpy as np

from nova_assets import settings
from nova_assets.forecasting.cores import Cores, available_cores
from nova_assets.forecasting.progress import OnProgress, silent
from nova_assets.forecasting.series import Floats, Series, means_of
from nova_assets.forecasting.workers import Workers

FIRST_SERIES = 16
"""How many series are forecast before anything is known about the pace."""

SECONDS_ALONE = 0.25
"""How long this process computes between two reports of its progress."""

MOST_SERIES_PER_BATCH = 2000
"""A batch stays a message of a few megabytes however cheap the estimator."""


class Engine(Protocol):
    """Runs one estimator of statsforecast over many series."""

    def means(self, estimator: Any, series: Series, horizon: int) -> Floats:
        """Mean forecasts of each series, for the `horizon` weeks after its last one.

        Args:
            estimator: a model of `statsforecast.models`.
            series: weekly demand.
            horizon: number of weeks.

        Returns:
            Array (series, weeks); the same to the last bit wherever it is computed, on
            processors of one kind.
        """
        ...

    def reporting(self, on_progress: OnProgress) -> Engine:
        """The same engine, which says how far each call of `means` is."""
        ...


@dataclass(frozen=True)
class LocalEngine:
    """Computes in this process; what its workers finish sooner, it gives to them.

    Attributes:
        workers: who they are; none by default.
        on_progress: told of the series done, in each call of `means`.
    """

    workers: Workers | None = None
    on_progress: OnProgress = silent

    def means(self, estimator: Any, series: Series, horizon: int) -> Floats:
        made: list[Floats] = []
        done, seconds, size = 0, 0.0, FIRST_SERIES
        while done < len(series):
            pace = seconds / done if done else 0.0
            if self.workers and self.workers.pay(pace * (len(series) - done)):
                made += self._by_workers(self.workers, estimator, series, done, horizon, pace)
                break
            started = time.perf_counter()
            made.append(means_of(estimator, series.part(done, done + size), horizon))
            spent = time.perf_counter() - started
            if self.workers:
                self.workers.worked_alone(spent)
            done, seconds = done + len(made[-1]), seconds + spent
            size = _count(SECONDS_ALONE, seconds / done)
            self.on_progress(done, len(series))
        return np.concatenate(made) if made else np.empty((0, horizon))

    def reporting(self, on_progress: OnProgress) -> LocalEngine:
        return replace(self, on_progress=on_progress)

    def _by_workers(
        self, workers: Workers, estimator: Any, series: Series, done: int, horizon: int, pace: float
    ) -> list[Floats]:
        rest = series.part(done, len(series))
        size = min(_count(workers.batch_seconds, pace), -(-len(rest) // workers.fewest_batches))
        batches = rest.parts(size)
        return workers.run(estimator, batches, horizon, lambda finished: self.on_progress(done + finished, len(series)))


def _count(seconds: float, pace: float) -> int:
    """How many series take `seconds`."""
    return int(np.clip(seconds / max(pace, 1e-9), 1, MOST_SERIES_PER_BATCH))


def _local() -> Engine:
    return LocalEngine(Cores(settings.forecast_jobs() or available_cores()))


def _spark() -> Engine:
    from nova_assets.forecasting.spark import SparkCluster

    return LocalEngine(SparkCluster(settings.spark_remote()))


ENGINES: Mapping[str, Callable[[], Engine]] = MappingProxyType({"local": _local, "spark": _spark})


def engine_named(name: str) -> Engine:
    """The engine that `FORECAST_ENGINE` names.

    Raises:
        ValueError: when there is none of that name.
        MissingSettingError: SPARK_REMOTE is not set, and the engine is `spark`.
    """
    if name not in ENGINES:
        raise ValueError(f"FORECAST_ENGINE={name!r} is not an engine of this version; choose one of {sorted(ENGINES)}.")
    return ENGINES[name]()
