"""The one place that runs statsforecast, and where it runs.

An engine takes series and an estimator and returns means; models do not know whether the work is done in this process
or on a cluster. `FORECAST_ENGINE` names it. A Spark engine is one more class with the same method (statsforecast takes
a Spark frame; `applyInPandas` over buckets of series is faster) and one more entry of `ENGINES`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

FREQUENCY = "W-MON"


class Engine(Protocol):
    """Runs one estimator of statsforecast over many series."""

    def means(self, estimator: Any, frame: pd.DataFrame, horizon: int) -> NDArray[np.float64]:
        """Mean forecasts of each series, for the `horizon` weeks after its last one.

        Args:
            estimator: a model of `statsforecast.models`.
            frame: `unique_id, ds, y`, sorted by series and week, weekly on Mondays.
            horizon: number of weeks.

        Returns:
            Array (series in the order of `frame`, weeks).
        """
        ...


@dataclass(frozen=True)
class LocalEngine:
    """Runs in this process; the estimators are compiled and take about 0.1 ms a series, less than a worker costs."""

    jobs: int = 1

    def means(self, estimator: Any, frame: pd.DataFrame, horizon: int) -> NDArray[np.float64]:
        from statsforecast import StatsForecast

        forecast = StatsForecast(models=[estimator], freq=FREQUENCY, n_jobs=self.jobs).forecast(df=frame, h=horizon)
        # It answers in the kind of frame it was given; its annotation allows Polars as well.
        return cast(pd.DataFrame, forecast)[repr(estimator)].to_numpy(dtype=np.float64).reshape(-1, horizon)


ENGINES: Mapping[str, Callable[[], Engine]] = MappingProxyType({"local": LocalEngine})


def engine_named(name: str) -> Engine:
    """The engine that `FORECAST_ENGINE` names.

    Raises:
        ValueError: when there is none of that name.
    """
    if name not in ENGINES:
        raise ValueError(f"FORECAST_ENGINE={name!r} is not an engine of this version; choose one of {sorted(ENGINES)}.")
    return ENGINES[name]()
