"""How long forecasts take: seconds per 1,000 series of each model, and the share of a run spent outside the models.

Every model forecasts a generated portfolio; then the asset `lake/forecasts` is materialized for a range of origins in
one run, into a lake that is thrown away. With --warehouse the run reads the warehouse of DATABASE_URL, otherwise the
generated portfolio, so that reading costs next to nothing.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from datetime import date, timedelta
from tempfile import TemporaryDirectory
from typing import Any

import dagster as dg
import numpy as np
import pandas as pd
import pyarrow as pa

from nova_assets.forecasting.engine import LocalEngine
from nova_assets.forecasting.forecasts import forecasts
from nova_assets.forecasting.history import WEEK, History
from nova_assets.forecasting.models import MODELS
from nova_assets.forecasting.parameters import HORIZON_WEEKS
from nova_assets.forecasting.resources import ForecastEngine
from nova_assets.partitions import WEEK as ONE_WEEK
from nova_assets.partitions import monday
from nova_assets.resources.lake import Lake
from nova_assets.resources.warehouse import Warehouse

LIMIT_SECONDS_PER_1000 = 1.0
CLASSES = ("smooth", "erratic", "intermittent", "lumpy")


def generated_demand(items: int, weeks: int, last_origin: date) -> pd.DataFrame:
    """Weekly demand `unique_id, ds, y` of a portfolio nine tenths of which is intermittent; the same on every call."""
    random = np.random.default_rng(1)
    chance = np.where(random.random(items) < 0.9, random.beta(1, 9, items), 0.95)
    size = 1 + random.negative_binomial(1, 0.1, (items, weeks))
    demand = np.where(random.random((items, weeks)) < chance[:, None], size, 0).astype("float64")
    demand[:, 0] = 1.0
    ends = np.datetime64(last_origin) - WEEK * np.arange(weeks, 0, -1)
    return pd.DataFrame(
        {
            "unique_id": np.repeat([f"{item:06d}" for item in range(items)], weeks),
            "ds": np.tile(ends.astype("datetime64[ns]"), items),
            "y": demand.reshape(-1),
        }
    )


class GeneratedWarehouse(Warehouse):
    """Answers the two queries of the asset from a generated portfolio."""

    items: int
    weeks: int
    last_origin: str

    def query_arrow(self, query: str, parameters: Sequence[Any] = ()) -> pa.Table:
        demand = generated_demand(self.items, self.weeks, date.fromisoformat(self.last_origin))
        if "features_demand_weekly" in query:
            known = demand[demand["ds"] < np.datetime64(parameters[-1])]
            columns = {"item_id": known["unique_id"], "week": known["ds"].dt.date, "demand": known["y"]}
            return pa.table({name: pa.array(values.to_numpy()) for name, values in columns.items()})
        items = demand["unique_id"].unique()
        origins = [parameters[0] + week * ONE_WEEK for week in range((parameters[1] - parameters[0]) // ONE_WEEK + 1)]
        return pa.table(
            {
                "origin": np.repeat(np.array(origins, dtype="datetime64[D]"), len(items)),
                "item_id": np.tile(items, len(origins)),
                "demand_class": np.tile(np.resize(CLASSES, len(items)), len(origins)),
                "weeks_observed": np.full(len(items) * len(origins), self.weeks),
                "weeks_with_demand": np.full(len(items) * len(origins), 5),
            }
        )

    def data_version(self, relation: str) -> int | None:
        return None


def time_models(items: int, weeks: int, last_origin: date) -> None:
    history = History.before(last_origin, generated_demand(items, weeks, last_origin))
    started = time.perf_counter()
    # The first forecast of a process imports statsforecast; a run pays for it once.
    MODELS["historic_average"].predict(history, history.items[:1], HORIZON_WEEKS, LocalEngine())
    print(f"first forecast of the process, imports included: {time.perf_counter() - started:.2f} s")
    print(f"{len(history.items)} series of up to {weeks} weeks, {HORIZON_WEEKS} weeks ahead, one process")
    print(f"{'model':20} {'s / 1,000 series':>17} {'of the limit':>13}")
    for model in MODELS.values():
        started = time.perf_counter()
        model.predict(history, history.items, HORIZON_WEEKS, LocalEngine())
        seconds = (time.perf_counter() - started) / len(history.items) * 1000
        print(f"{model.name:20} {seconds:17.3f} {seconds / LIMIT_SECONDS_PER_1000:13.2f}")


def time_run(warehouse: Warehouse, first: date, last: date) -> None:
    tags = {"dagster/asset_partition_range_start": str(first), "dagster/asset_partition_range_end": str(last)}
    with TemporaryDirectory() as folder:
        resources = {"warehouse": warehouse, "lake": Lake(root=folder), "forecast_engine": ForecastEngine()}
        started = time.perf_counter()
        result = dg.materialize([forecasts], resources=resources, tags=tags)
        seconds = time.perf_counter() - started
    event = result.get_asset_materialization_events()[0]
    metadata: dict[str, Any] = {name: entry.value for name, entry in event.materialization.metadata.items()}
    models = sum(metadata["seconds_per_model"].values())
    parts = {
        "models": models,
        "preparing and rows": metadata["seconds"]["forecast"] - models,
        "reading": metadata["seconds"]["read"],
        "writing": metadata["seconds"]["write"],
        "Dagster": seconds - sum(metadata["seconds"].values()),
    }
    print(f"\nOne run, origins {first} to {last}: {metadata['dagster/row_count']} rows in {seconds:.2f} s")
    for name, part in parts.items():
        print(f"{name:20} {part:8.2f} s {part / seconds:6.0%}")
    print(f"outside the models : in the models = {(seconds - models) / models:.2f} : 1")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=1000, help="items of the generated portfolio (default 1000)")
    parser.add_argument("--weeks", type=int, default=104, help="weeks of history (default 104)")
    parser.add_argument("--origins", type=int, default=12, help="origins of the run (default 12)")
    parser.add_argument(
        "--last-origin", type=date.fromisoformat, default=monday(date.today()), help="a Monday (default this week's)"
    )
    parser.add_argument("--warehouse", action="store_true", help="read the warehouse of DATABASE_URL in the run")
    arguments = parser.parse_args()
    last = monday(arguments.last_origin)
    time_models(arguments.items, arguments.weeks, last)
    generated = GeneratedWarehouse(url="", items=arguments.items, weeks=arguments.weeks, last_origin=last.isoformat())
    warehouse = Warehouse(url=dg.EnvVar("DATABASE_URL")) if arguments.warehouse else generated
    time_run(warehouse, last - timedelta(weeks=arguments.origins - 1), last)


if __name__ == "__main__":
    main()
