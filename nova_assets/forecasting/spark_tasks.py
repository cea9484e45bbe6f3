"""What runs inside the executors of a Spark cluster: this package is sent to them, the libraries are theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from platform import python_version
from typing import Any

import numpy as np
import pyarrow as pa

from nova_assets.forecasting.series import Series, means_of

Task = Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]

ABSENT = "absent"


def batches_table(batches: Sequence[Series]) -> pa.Table:
    """One row a batch, with its place among them: what `forecasting` takes."""
    return pa.table(
        {
            "position": pa.array(range(len(batches)), pa.int64()),
            "lengths": pa.array([batch.lengths for batch in batches], pa.list_(pa.int64())),
            "values": pa.array([batch.values for batch in batches], pa.list_(pa.float64())),
        }
    )


FORECAST_COLUMNS = "position long, means array<double>"


def forecasting(estimator: Any, horizon: int) -> Task:
    """A task that forecasts the series of each row, and returns `FORECAST_COLUMNS`."""

    def forecast(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for row in batch.to_pylist():
                series = Series(np.array(row["values"]), np.array(row["lengths"]))
                means = means_of(estimator, series, horizon).reshape(-1)
                yield pa.RecordBatch.from_pydict(
                    {"position": pa.array([row["position"]]), "means": pa.array([means], pa.list_(pa.float64()))}
                )

    return forecast


ENVIRONMENT_COLUMNS = "library string, version string"


def environment(libraries: Sequence[str]) -> Task:
    """A task that returns `ENVIRONMENT_COLUMNS`: the version of each library there, `ABSENT` or a version."""

    def look(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for _ in batches:
            found = {"python": python_version(), **{library: _installed(library) for library in libraries}}
            yield pa.RecordBatch.from_pydict({"library": list(found), "version": list(found.values())})

    return look


def _installed(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return ABSENT
