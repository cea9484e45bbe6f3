"""How fast forecasts are made, as ratios of two things measured in the same run.

    python bench/forecast_speed.py asset     our asset against statsforecast called bare with the same models
    python bench/forecast_speed.py automatic the same of models that choose their form, on items that they speak of
    python bench/forecast_speed.py backtest  all models that always run, over several origins
    python bench/forecast_speed.py memory    peak memory of models, ensemble and accuracy on portfolios of rising size
    python bench/forecast_speed.py engines   one process, all cores, and Spark (SPARK_REMOTE, or --start-spark after
                                             make install-spark), and from how many series on Spark is the sooner

The demand is generated, nine tenths of it intermittent, and the same on every call; the lake is thrown away.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import dagster as dg
import numpy as np
import pyarrow as pa

from nova_assets.forecasting.accuracy_assets import forecast_accuracy
from nova_assets.forecasting.catalogue import CATALOGUE, MadeIn
from nova_assets.forecasting.cores import Cores, available_cores
from nova_assets.forecasting.demand import SCHEMA, demand_frame
from nova_assets.forecasting.engine import LocalEngine
from nova_assets.forecasting.ensemble_assets import ensemble
from nova_assets.forecasting.history import WEEK, History
from nova_assets.forecasting.model_assets import model_key, models
from nova_assets.forecasting.models import MODELS
from nova_assets.forecasting.models.automatic import AUTO_ARIMA, AUTO_ETS
from nova_assets.forecasting.models.smoothing import SmoothingModel
from nova_assets.forecasting.parameters import HORIZON_WEEKS, VALIDATION_ORIGINS, VALIDATION_WEEKS
from nova_assets.forecasting.resources import ForecastEngine
from nova_assets.forecasting.series import Floats, Series
from nova_assets.forecasting.workers import Workers
from nova_assets.resources.lake import Lake
from nova_assets.resources.warehouse import Warehouse
from nova_assets.sqlfiles import read_sql

LAST_ORIGIN = date(2026, 11, 16)
ITEMS_PER_BATCH = 500
BACKTEST_LIMIT_SECONDS = 60
ESTIMATORS = ("TSB", "IMAPA", "AutoTheta", "AutoARIMA")
LEVELS = [50, 80, 90, 98]
STEPS = ("models", "ensemble", "accuracy")
SITES = pa.schema([("item_id", pa.string()), ("site_id", pa.string()), ("week", pa.date32()), ("demand", pa.float64())])
EXECUTOR_CORES = (4, 16, 64)
"""Clusters to which what was measured is extrapolated."""

SEEN = 2.0
"""How many times its fixed seconds the longest call takes where they leave anything to see of a series."""

ENGINE_SECONDS = 40.0
"""An estimator gets no more series than one process would work on for so long."""


class GeneratedWarehouse(Warehouse):
    """Weekly demand of a portfolio of any size, made as it is read."""

    items: int
    weeks: int
    regular: bool = False

    def query_arrow(self, query: str, parameters: Sequence[Any] = ()) -> pa.Table:
        """No item is known by site, and all are of one segment."""
        if query == read_sql("forecasting/segments.sql"):
            items = [f"{item:07d}" for item in range(self.items)]
            return pa.table(
                {"item_id": items, "family": ["FAMILY"] * len(items), "demand_class": ["lumpy"] * len(items)}
            )
        return SITES.empty_table()

    def query_batches(self, query: str, days: Sequence[date] = ()) -> Iterator[pa.RecordBatch]:
        for first in range(0, self.items, ITEMS_PER_BATCH):
            yield generated(first, min(ITEMS_PER_BATCH, self.items - first), self.weeks, days[0], self.regular)

    def data_version(self, relation: str) -> int | None:
        return None


def generated(first: int, items: int, weeks: int, before: date, regular: bool = False) -> pa.RecordBatch:
    """Demand of the items from `first` on, in the `weeks` weeks before the last origin that end before a day."""
    random = np.random.default_rng(first)
    chance = np.where(random.random(items) < (0.0 if regular else 0.9), random.beta(1, 9, items), 0.95)
    size = 1 + random.negative_binomial(1, 0.1, (items, weeks))
    demand = np.where(random.random((items, weeks)) < chance[:, None], size, 0).astype("float64")
    demand[:, 0] = 1.0
    mondays = (np.datetime64(LAST_ORIGIN) - WEEK * np.arange(weeks, 0, -1)).astype("datetime64[D]")
    known = int((mondays < np.datetime64(before)).sum())
    names = np.repeat([f"{item:07d}" for item in range(first, first + items)], known)
    columns = [
        pa.array(names),
        pa.array(np.tile(mondays[:known], items)),
        pa.array(demand[:, :known].reshape(-1)),
        pa.array(np.zeros(len(names))),
        pa.array(np.full(len(names), "FAMILY")),
        pa.array(np.full(len(names), "UN")),
    ]
    return pa.record_batch(columns, schema=SCHEMA)


def run_asset(items: int, weeks: int, origins: int, names: Sequence[str], regular: bool = False) -> float:
    """Seconds of one run of the asset: read, forecast, write both tables."""
    warehouse = GeneratedWarehouse(url="", items=items, weeks=weeks, regular=regular)
    with TemporaryDirectory() as folder:
        return run_step(models, warehouse, folder, LAST_ORIGIN - timedelta(weeks=origins - 1), LAST_ORIGIN, names)


def run_step(
    asset: dg.AssetsDefinition,
    warehouse: Warehouse,
    lake: str,
    first: date,
    last: date,
    names: Sequence[str] | None = None,
) -> float:
    """Seconds of one run of an asset over a range of origins."""
    tags = {"dagster/asset_partition_range_start": str(first), "dagster/asset_partition_range_end": str(last)}
    resources = {"warehouse": warehouse, "lake": Lake(root=lake), "forecast_engine": ForecastEngine()}
    started = time.perf_counter()
    dg.materialize(
        [asset],
        resources=resources,
        tags=tags,
        selection=[model_key(name) for name in names] if names else None,
        run_config={"loggers": {"console": {"config": {"log_level": "WARNING"}}}},
    )
    return time.perf_counter() - started


def history_of(items: int, weeks: int, origin: date, regular: bool = False) -> History:
    batches = GeneratedWarehouse(url="", items=items, weeks=weeks, regular=regular).query_batches("", [origin])
    return History.before(origin, demand_frame(pa.Table.from_batches(batches)))


def asset(items: int, weeks: int, origins: int) -> None:
    """The asset against the bare call, for the models that statsforecast computes in a hundredth of a millisecond."""
    from statsforecast import models as estimators

    ours = [model for model in MODELS.values() if isinstance(model, SmoothingModel)]
    bare = [getattr(estimators, model.estimator)(**model.parameters) for model in ours]
    against_bare([model.name for model in ours], bare, items, weeks, origins)


def automatic(items: int, weeks: int, origins: int) -> None:
    """The asset against the bare call, for the models that choose their form; all items are regular."""
    from statsforecast import models as estimators

    for model in (AUTO_ETS, AUTO_ARIMA):
        bare = getattr(estimators, model.estimator)(season_length=1, **model.arguments)
        against_bare([model.name], [bare], items, weeks, origins, regular=True)


def against_bare(
    names: Sequence[str], bare: Sequence[Any], items: int, weeks: int, origins: int, regular: bool = False
) -> None:
    from statsforecast import StatsForecast
    from statsforecast.utils import ConformalIntervals

    frames = [history_of(items, weeks, LAST_ORIGIN - timedelta(weeks=week), regular).frame for week in range(origins)]
    StatsForecast(models=list(bare), freq="W-MON").forecast(df=frames[0].head(weeks), h=HORIZON_WEEKS)
    conformal = {"level": LEVELS, "prediction_intervals": ConformalIntervals(n_windows=2, h=HORIZON_WEEKS)}
    called: dict[str, float] = {}
    for name, more in {"means alone": {}, "with conformal intervals": conformal}.items():
        started = time.perf_counter()
        for frame in frames:
            StatsForecast(models=list(bare), freq="W-MON").forecast(df=frame, h=HORIZON_WEEKS, **more)
        called[name] = time.perf_counter() - started
    run_asset(10, weeks, 1, names, regular)
    asset_seconds = run_asset(items, weeks, origins, names, regular)
    made = items * origins * len(names)
    print(f"{items} items, {weeks} weeks, {origins} origins, {len(names)} models: {', '.join(names)}")
    print(f"asset: read, means, 19 quantiles, rows, write  {made / asset_seconds:8.0f} series/s")
    for name, seconds in called.items():
        print(f"statsforecast, {name:31} {made / seconds:8.0f} series/s, asset to it {seconds / asset_seconds:.2f} : 1")


def backtest(items: int, weeks: int, origins: int) -> None:
    """Every model that always runs."""
    names = [entry.name for entry in CATALOGUE.values() if entry.made_in is not MadeIn.NO_RUN]
    seconds = run_asset(items, weeks, origins, names)
    print(f"{items} items, {origins} origins, {len(names)} models, {available_cores()} cores: {seconds:.1f} s")
    print(f"of the limit of {BACKTEST_LIMIT_SECONDS} s: {seconds / BACKTEST_LIMIT_SECONDS:.2f}")


def memory(sizes: Sequence[int], weeks: int, names: Sequence[str]) -> None:
    """Peak memory of each step by size of the portfolio, each in a process of its own."""
    print(f"{'items':>8} {'step':>10} {'seconds':>8} {'peak MB':>9} {'of the first':>13}")
    first: dict[str, float] = {}
    for items in sizes:
        with TemporaryDirectory() as lake:
            for step in STEPS:
                command = [sys.executable, "-W", "ignore", __file__, "one-size", "--step", step, "--lake", lake]
                more = ["--items", str(items), "--weeks", str(weeks), "--models", *names]
                done = subprocess.run([*command, *more], check=True, stdout=subprocess.PIPE, text=True)
                seconds, peak = map(float, done.stdout.split())
                of_first = peak / first.setdefault(step, peak)
                print(f"{items:8} {step:>10} {seconds:8.1f} {peak:9.0f} {of_first:13.2f}", flush=True)


def one_size(items: int, weeks: int, names: Sequence[str], step: str, lake: str) -> None:
    """A step of the latest origin; models also on those that the ensemble is chosen by."""
    warehouse = GeneratedWarehouse(url="", items=items, weeks=weeks)
    past = [LAST_ORIGIN - timedelta(weeks=VALIDATION_WEEKS * number) for number in range(VALIDATION_ORIGINS, 0, -1)]
    match step:
        case "models":
            seconds = sum(run_step(models, warehouse, lake, at, at, names) for at in (*past, LAST_ORIGIN))
        case "ensemble":
            seconds = run_step(ensemble, warehouse, lake, LAST_ORIGIN, LAST_ORIGIN)
        case _:
            seconds = run_step(forecast_accuracy, warehouse, lake, past[-1], past[-1])
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def engines(sizes: Sequence[int], weeks: int, remote: str | None, executor_cores: int) -> None:
    """Seconds of one process, of all cores, and of Spark, which are given everything, whether it pays or not."""
    from statsforecast import models as estimators

    workers: dict[str, Workers] = {f"{available_cores()} cores": Eager(Cores(available_cores()))}
    if remote:
        from nova_assets.forecasting.spark import SparkCluster

        workers["Spark"] = Eager(SparkCluster(remote))
    few = history_of(16, weeks, LAST_ORIGIN).series
    handover: dict[str, float] = {}
    for name, those in workers.items():
        first, handover[name] = (timed(LocalEngine(those), estimators.TSB(0.1, 0.1), few) for _ in range(2))
        print(f"{name}: {first:.1f} s to start, {handover[name]:.2f} s to hand over")
    print(f"{'estimator':10} {'series':>7} {'one process':>12}", *(f"{name:>16}" for name in workers))
    for estimator in (getattr(estimators, name)(**_arguments(name)) for name in ESTIMATORS):
        measured: list[tuple[int, list[float]]] = []
        for items in sizes:
            series = history_of(items, weeks, LAST_ORIGIN).series
            alone = timed(LocalEngine(), estimator, series)
            others = [timed(LocalEngine(those), estimator, series) for those in workers.values()]
            measured.append((items, others))
            cells = (f"{seconds:7.2f} s {alone / seconds:5.2f}×" for seconds in others)
            print(f"{estimator!r:10} {items:7} {alone:10.2f} s", *(f"{cell:>16}" for cell in cells), flush=True)
            if alone > ENGINE_SECONDS:
                break
        if remote and len(measured) > 1:
            cores, cluster = ([seconds[at] for _, seconds in measured] for at in (0, -1))
            fixed = tuple(handover.values())
            print(
                crossover([items for items, _ in measured], cores, cluster, (fixed[0], fixed[-1]), executor_cores),
                flush=True,
            )


def crossover(
    sizes: Sequence[int],
    here: Sequence[float],
    there: Sequence[float],
    handover: tuple[float, float],
    executor_cores: int,
) -> str:
    """From how many series on Spark is sooner done than this machine, by straight lines through the seconds of both.

    Args:
        sizes: numbers of series, two at least.
        here: seconds of this machine's cores, by size.
        there: seconds of Spark, by size.
        handover: what both cost whatever there is to do.
        executor_cores: cores of Spark's executors together, which share what a series costs.
    """
    (fixed_here, fixed_there), counts = handover, np.asarray(sizes)
    each_here, each_there = (
        seconds_a_series(counts, np.asarray(seconds), fixed)
        for seconds, fixed in zip((here, there), handover, strict=True)
    )
    said = [
        f"  fitted: this machine {fixed_here:.2f} s + {1000 * each_here:.2f} ms a series, "
        f"Spark {fixed_there:.2f} s + {1000 * each_there:.2f} ms a series on {executor_cores} executor cores"
    ]
    if max(there) < SEEN * fixed_there:
        least = (fixed_there - fixed_here) / each_here if each_here else np.inf
        said.append(f"  a series costs Spark too little to see: sooner from {least:,.0f} series on at the earliest")
        return "\n".join(said)
    for cores in sorted({executor_cores, *EXECUTOR_CORES}):
        gain = each_here - each_there * executor_cores / cores
        if gain <= 0:
            said.append(f"  {cores} executor cores: never sooner")
            continue
        at = max(fixed_there - fixed_here, 0.0) / gain
        how = "interpolated" if cores == executor_cores and sizes[0] <= at <= sizes[-1] else "extrapolated"
        said.append(f"  {cores} executor cores: sooner from {at:,.0f} series on ({how})")
    return "\n".join(said)


def seconds_a_series(sizes: np.ndarray, seconds: np.ndarray, fixed: float) -> float:
    """The slope from `fixed` seconds on with the least relative errors, not below zero."""
    relative = sizes / seconds
    return max(float((relative * (1 - fixed / seconds)).sum() / (relative**2).sum()), 0.0)


class Eager(Workers):
    """Workers that are given all work."""

    def __init__(self, workers: Workers) -> None:
        super().__init__(workers.abreast, 0, 0, workers.batch_seconds, workers.fewest_batches)
        self._workers = workers

    def pay(self, seconds: float) -> bool:
        return True

    def _run(
        self, estimator: Any, batches: Sequence[Series], horizon: int, finished: Callable[[int], None]
    ) -> list[Floats]:
        return self._workers.run(estimator, batches, horizon, finished)


def timed(engine: LocalEngine, estimator: Any, series: Series) -> float:
    started = time.perf_counter()
    engine.means(estimator, series, HORIZON_WEEKS)
    return time.perf_counter() - started


def _arguments(estimator: str) -> dict[str, float]:
    return (
        {"alpha_d": 0.1, "alpha_p": 0.1} if estimator == "TSB" else {"season_length": 1} if "Auto" in estimator else {}
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["asset", "automatic", "backtest", "memory", "engines", "one-size"])
    parser.add_argument("--items", type=int, nargs="+", help="items; several sizes for memory and engines")
    parser.add_argument("--weeks", type=int, default=104, help="weeks of history (default 104)")
    parser.add_argument("--origins", type=int, default=4, help="origins of asset and backtest (default 4)")
    parser.add_argument("--models", nargs="+", default=["present_formula", "tsb"], help="models of memory")
    parser.add_argument("--step", choices=STEPS, default=STEPS[0], help="step of one-size")
    parser.add_argument("--lake", help="folder of one-size")
    parser.add_argument(
        "--start-spark", action="store_true", help="start a Spark of two executors (make install-spark)"
    )
    parser.add_argument(
        "--executor-cores", type=int, default=2, help="cores of Spark's executors together (default 2, as started)"
    )
    options = parser.parse_args()
    with ExitStack() as stack:
        remote = os.environ.get("SPARK_REMOTE")
        if options.start_spark:
            sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
            from tests.support.spark_server import spark_server

            folder = stack.enter_context(TemporaryDirectory())
            remote = stack.enter_context(spark_server(Path(folder))).remote
        match options.what:
            case "asset":
                asset((options.items or [1000])[0], options.weeks, options.origins)
            case "automatic":
                automatic((options.items or [60])[0], options.weeks, options.origins)
            case "backtest":
                backtest((options.items or [900])[0], options.weeks, options.origins)
            case "memory":
                memory(options.items or [1000, 10_000, 100_000], options.weeks, options.models)
            case "engines":
                engines(options.items or [100, 300, 1000, 3000], options.weeks, remote, options.executor_cores)
            case _:
                one_size(options.items[0], options.weeks, options.models, options.step, options.lake)


if __name__ == "__main__":
    main()
