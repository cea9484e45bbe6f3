"""Forecasts are the same wherever they are computed, and workers are asked when they pay."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from statsforecast import StatsForecast, models

from nova_assets.forecasting.cores import Cores
from nova_assets.forecasting.engine import FIRST_SERIES, LocalEngine, engine_named
from nova_assets.forecasting.history import History
from nova_assets.forecasting.series import Floats, Series, means_of
from nova_assets.forecasting.workers import Workers
from nova_assets.settings import MissingSettingError

ESTIMATORS = [
    models.HistoricAverage(),
    models.SimpleExponentialSmoothingOptimized(),
    models.IMAPA(),
    models.TSB(alpha_d=0.1, alpha_p=0.1),
    models.AutoTheta(season_length=1),
]


@pytest.fixture
def frame(portfolio: pd.DataFrame) -> pd.DataFrame:
    """The series of the portfolio that are long enough for every estimator."""
    history = History.before(date(2025, 9, 1), portfolio)
    return history.of(history.items[history.summary["weeks"] > 10])


class EagerCores(Cores):
    """Processes that are given all work, whether it pays or not."""

    def pay(self, seconds: float) -> bool:
        return True


class Counters(Workers):
    """Workers that say how much they were given; they compute in this process."""

    def __init__(self, start_seconds: float = 3.0) -> None:
        super().__init__(
            abreast=2, start_seconds=start_seconds, handover_seconds=0.1, batch_seconds=0.5, fewest_batches=8
        )
        self.given: list[int] = []

    def _run(
        self, estimator: Any, batches: Sequence[Series], horizon: int, finished: Callable[[int], None]
    ) -> list[Floats]:
        self.given.append(sum(map(len, batches)))
        return [means_of(estimator, batch, horizon) for batch in batches]


class Slow:
    """The mean of a series, and a hundredth of a second for it."""

    def forecast(self, y: Floats, h: int) -> dict[str, Floats]:
        time.sleep(0.01)
        return {"mean": np.full(h, y.mean())}


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=repr)
def test_means_are_those_of_statsforecast_itself(estimator: Any, frame: pd.DataFrame) -> None:
    expected: Any = StatsForecast(models=[estimator], freq="W-MON").forecast(df=frame, h=13)
    means = LocalEngine().means(estimator, Series.of(frame), 13)
    assert means.reshape(-1) == pytest.approx(expected[repr(estimator)].to_numpy(), rel=1e-6)


@pytest.mark.parametrize("jobs", [1, 3])
def test_means_are_the_same_with_any_number_of_processes(jobs: int, frame: pd.DataFrame) -> None:
    engine = LocalEngine(EagerCores(jobs))
    for estimator in ESTIMATORS:
        alone = LocalEngine().means(estimator, Series.of(frame), 13)
        assert engine.means(estimator, Series.of(frame), 13).tolist() == alone.tolist()


def test_no_series_have_no_forecasts(frame: pd.DataFrame) -> None:
    assert LocalEngine().means(models.HistoricAverage(), Series.of(frame.iloc[:0]), 13).shape == (0, 13)


def test_progress_rises_to_the_number_of_series(frame: pd.DataFrame) -> None:
    for workers in (None, EagerCores(2)):
        told: list[tuple[int, int]] = []
        engine = LocalEngine(workers).reporting(lambda done, total: told.append((done, total)))  # noqa: B023
        engine.means(models.IMAPA(), Series.of(frame), 13)
        assert told == sorted(told)
        assert told[-1] == (frame["unique_id"].nunique(),) * 2
        assert len(told) > 1


@pytest.mark.parametrize("engine", [LocalEngine(), LocalEngine(EagerCores(3))], ids=["here", "in a worker"])
def test_what_an_estimator_says_against_a_series_is_heard(engine: LocalEngine, frame: pd.DataFrame) -> None:
    with pytest.raises(NotImplementedError, match="tiny datasets"):
        engine.means(models.AutoTheta(season_length=1), Series.of(frame.groupby("unique_id").head(2)), 13)


def test_one_process_is_never_asked_to_help() -> None:
    assert not Cores(1).pay(1e6)


def test_workers_are_started_for_work_that_saves_more_than_their_start() -> None:
    assert not Counters().pay(5.9)
    assert Counters().pay(6.1)


def test_short_works_that_add_up_start_the_workers_too() -> None:
    workers = Counters()
    workers.worked_alone(5.5)
    assert not workers.pay(0.4)
    assert workers.pay(0.6)
    assert not workers.pay(0.1)


def test_workers_that_have_started_take_all_that_is_worth_the_handover(frame: pd.DataFrame) -> None:
    workers = Counters()
    assert not workers.pay(1.0)
    workers.run(models.HistoricAverage(), Series.of(frame).parts(20), 13, lambda done: None)
    assert workers.pay(1.0)
    assert not workers.pay(0.15)


def test_the_engine_gives_away_what_its_own_pace_says_is_worth_it(frame: pd.DataFrame) -> None:
    series = frame["unique_id"].nunique()
    for workers, given in ((Counters(start_seconds=1e6), []), (Counters(start_seconds=0.0), [series - FIRST_SERIES])):
        workers.worked_alone(1e3)
        means = LocalEngine(workers).means(Slow(), Series.of(frame), 13)
        assert means[:, 0] == pytest.approx(frame.groupby("unique_id")["y"].mean().to_numpy())
        assert workers.given == given


def test_an_unknown_engine_is_refused_with_the_choice() -> None:
    with pytest.raises(ValueError, match=r"FORECAST_ENGINE='abacus'.*choose one of \['local', 'spark'\]"):
        engine_named("abacus")


def test_spark_without_an_address_says_which_setting_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SPARK_REMOTE", raising=False)
    with pytest.raises(MissingSettingError, match="SPARK_REMOTE"):
        engine_named("spark")
