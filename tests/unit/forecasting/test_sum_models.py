"""Of several weeks together, each model says what its formula or its source says, from the past alone."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from nova_assets.forecasting.catalogue import CATALOGUE
from nova_assets.forecasting.engine import LocalEngine
from nova_assets.forecasting.history import History
from nova_assets.forecasting.models import HISTORIC_AVERAGE, MODELS, PRESENT_FORMULA
from nova_assets.forecasting.models.bootstrap import PooledBootstrap
from nova_assets.forecasting.models.protocol import CannotForecastError, Model, Prediction
from nova_assets.forecasting.models.trees import BoostedQuantiles, between_levels
from nova_assets.forecasting.models.windows import DemandWindows

Weekly = Callable[..., pd.DataFrame]
ORIGIN = date(2025, 9, 1)
LEVELS = np.array([0.05, 0.5, 0.9, 0.95, 0.99])
ENGINE = LocalEngine()
ELSEWHERE = {"boosted_quantiles", "auto_arima", "prophet", "lstm"}
"""Too slow here, or the portfolio is too small or short: trees have other settings, the rest tests of their own."""

TREES = BoostedQuantiles(rounds=20, fewest_in_leaf=20, fewest_items=50, fewest_examples=500)


def quantiles(model: Model, demand: pd.DataFrame, weeks: int = 4) -> np.ndarray:
    return said(model, demand, weeks).quantiles


def said(model: Model, demand: pd.DataFrame, weeks: int = 4) -> Prediction:
    history = History.before(ORIGIN, demand)
    return model.fit(history, history, ENGINE).demand(0, weeks, LEVELS)


def test_the_present_formula_is_mean_demand_and_z_standard_deviations(weekly: Weekly) -> None:
    found = quantiles(PRESENT_FORMULA, weekly(ORIGIN, a=[4.0, 8.0, 6.0, 2.0]), weeks=9)[0]
    assert found == pytest.approx(9 * 5 + np.array([-1.645, 0, 1.2816, 1.645, 2.326]) * 2.5820 * 3, abs=0.01)


def test_matched_moments_of_lead_time_demand_are_a_negative_binomial(weekly: Weekly) -> None:
    demand = [3.0, 0.0, 0.0, 5.0, 0.0, 2.0, 0.0, 0.0, 0.0, 7.0, 0.0, 0.0, 3.0, 0.0, 0.0, 0.0]
    mean, variance = 4 * np.mean(demand), 4 * np.var(demand, ddof=1)
    expected = stats.nbinom.ppf(LEVELS, mean**2 / (variance - mean), mean / variance)
    assert quantiles(HISTORIC_AVERAGE, weekly(ORIGIN, a=demand))[0] == pytest.approx(expected)


def test_demand_windows_are_the_ordered_totals_of_past_lead_times(weekly: Weekly) -> None:
    found = quantiles(DemandWindows(HISTORIC_AVERAGE), weekly(ORIGIN, a=[1.0, 0.0, 4.0, 0.0, 0.0, 9.0, 0.0]), weeks=2)[
        0
    ]
    assert found.tolist() == [0.0, 4.0, 9.0, 9.0, 9.0]  # of the totals 1, 4, 4, 0, 9, 9


def test_demand_windows_leave_short_histories_to_the_average(weekly: Weekly) -> None:
    demand = weekly(ORIGIN, a=[1.0, 0.0, 4.0, 0.0, 0.0])
    assert (
        quantiles(DemandWindows(HISTORIC_AVERAGE), demand, weeks=2).tolist()
        == quantiles(HISTORIC_AVERAGE, demand, weeks=2).tolist()
    )


def test_the_bootstrap_of_a_coin_toss_is_a_binomial(weekly: Weekly) -> None:
    random = np.random.default_rng(1)
    series = {f"i{n:03}": [1.0, *random.binomial(1, 0.3, 400).astype(float)] for n in range(60)}
    found = quantiles(PooledBootstrap(draws=2000), weekly(ORIGIN, **series), weeks=10)
    assert found.mean(axis=0) == pytest.approx(stats.binom.ppf(LEVELS, 10, 0.3), abs=0.6)
    assert found[:, 1].mean() == pytest.approx(3, abs=0.1)


def test_the_bootstrap_draws_sizes_that_were_seen(weekly: Weekly) -> None:
    found = quantiles(PooledBootstrap(), weekly(ORIGIN, a=[6.0, 0.0, 6.0, 6.0] * 5), weeks=3)
    assert set((found / 6).round(9).ravel()) <= {0.0, 1.0, 2.0, 3.0}


def test_an_item_that_is_new_borrows_how_often_others_return(weekly: Weekly) -> None:
    busy = {f"known{n}": [2.0, 2.0, 2.0, 0.0, 2.0] * 6 for n in range(20)}
    rare = {f"known{n}": [2.0, *[0.0] * 9] * 3 for n in range(20)}
    among_busy = quantiles(PooledBootstrap(), weekly(ORIGIN, new=[2.0], **busy))[-1]
    among_rare = quantiles(PooledBootstrap(), weekly(ORIGIN, new=[2.0], **rare))[-1]
    assert among_busy[1] >= 6
    assert among_rare[1] == 0


def test_trees_refuse_a_portfolio_that_is_too_small_or_too_young(portfolio: pd.DataFrame) -> None:
    with pytest.raises(CannotForecastError, match="60 items to learn from, fewer than 1000"):
        quantiles(BoostedQuantiles(), portfolio)
    with pytest.raises(CannotForecastError, match="examples of past lead times"):
        quantiles(BoostedQuantiles(fewest_items=5, fewest_examples=99_999), portfolio)


def test_quantiles_between_the_levels_that_trees_are_grown_for_lie_on_straight_lines() -> None:
    found = between_levels(np.array([[2.0, 6.0]]), np.array([0.5, 0.9]), np.array([0.25, 0.5, 0.7, 0.9, 0.99]))
    assert found.tolist() == [[pytest.approx(1.0), 2.0, pytest.approx(4.0), 6.0, 6.0]]


def test_trees_say_what_is_missing_where_the_system_has_no_openmp(
    portfolio: pd.DataFrame, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "lightgbm.py").write_text("raise OSError('libgomp.so.1: cannot open shared object file')")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "lightgbm", raising=False)
    with pytest.raises(CannotForecastError, match=r"libgomp\.so\.1.*install libgomp1"):
        quantiles(TREES, portfolio)


def test_trees_learn_what_the_next_lead_time_follows_from(weekly: Weekly) -> None:
    random = np.random.default_rng(3)
    rates = np.repeat([0.2, 5.0], 40)
    series = {f"i{n:03}": [1.0, *random.poisson(rate, 40).astype(float)] for n, rate in enumerate(rates)}
    found = quantiles(
        BoostedQuantiles(fewest_in_leaf=20, fewest_items=50, fewest_examples=500), weekly(ORIGIN, **series)
    )
    assert found[:40, 2].mean() == pytest.approx(stats.poisson.ppf(0.9, 0.8), abs=0.8)
    assert found[40:, 2].mean() == pytest.approx(stats.poisson.ppf(0.9, 20), rel=0.12)


@pytest.mark.parametrize("weeks", [1, 13])
@pytest.mark.parametrize(
    "model", [*(model for model in MODELS.values() if model.name not in ELSEWHERE), TREES], ids=lambda model: model.name
)
def test_every_model_keeps_the_protocol_on_every_kind_of_demand(
    model: Model, weeks: int, portfolio: pd.DataFrame
) -> None:
    history = History.before(ORIGIN, portfolio)
    fitted = model.fit(history, history, ENGINE)
    found = fitted.demand(0, weeks, LEVELS)
    assert fitted.items.isin(history.items).all()
    assert fitted.items.is_monotonic_increasing
    assert found.mean.shape == (len(fitted.items),)
    assert found.quantiles.shape == (len(found.mean), len(LEVELS))
    assert np.isfinite(found.quantiles).all()
    assert np.isfinite(found.mean).all()
    assert (found.mean >= 0).all()
    assert (found.quantiles >= 0).all()
    assert (np.diff(found.quantiles, axis=1) >= 0).all()
    assert (said(model, portfolio, weeks).quantiles == found.quantiles).all()


@pytest.mark.parametrize(
    "name", [name for name in MODELS if name not in ELSEWHERE and not name.startswith("pooled_bootstrap")]
)
def test_a_forecast_of_some_items_equals_theirs_among_all(name: str, portfolio: pd.DataFrame) -> None:
    """So that a portfolio may be forecast part by part; what is drawn at random is the same in distribution only."""
    pool = History.before(ORIGIN, portfolio)
    some = History.before(ORIGIN, portfolio[portfolio["unique_id"].isin(pool.items[5:12])])
    among_all, alone = MODELS[name].fit(pool, pool, ENGINE), MODELS[name].fit(some, pool, ENGINE)
    shared = among_all.items.isin(some.items)
    assert alone.items.tolist() == among_all.items[shared].tolist()
    expected, found = among_all.demand(0, 4, LEVELS), alone.demand(0, 4, LEVELS)
    assert found.mean == pytest.approx(expected.mean[shared])
    assert found.quantiles == pytest.approx(expected.quantiles[shared])


def test_the_catalogue_lists_the_models_that_there_are() -> None:
    assert list(CATALOGUE) == list(MODELS)
    assert all(name == model.name for name, model in MODELS.items())


def test_the_document_lists_the_models_that_there_are() -> None:
    text = (Path(__file__).parents[3] / "docs" / "forecasting.md").read_text(encoding="utf-8")
    table = text[text.index("## Models") : text.index("## Quantiles")]
    assert re.findall(r"^\| `(\w+)`", table, flags=re.MULTILINE) == list(MODELS)
