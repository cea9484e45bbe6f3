"""Level, trend and season are named where the history shows them, and not where it does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from nova_assets.forecasting.evidence import BUCKET_WEEKS, level, season, trend
from nova_assets.forecasting.history import History

Weekly = Callable[..., pd.DataFrame]
ORIGIN = date(2025, 9, 1)


def history(weekly: Weekly, **series: list[float]) -> History:
    return History.before(ORIGIN, weekly(ORIGIN, **series))


def poisson(rates: np.ndarray, seed: int = 5) -> list[float]:
    return [1.0, *np.random.default_rng(seed).poisson(rates).astype(float)]


def test_a_level_is_the_latest_quarter_against_all_weeks_before(weekly: Weekly) -> None:
    found = level(history(weekly, rose=[2.0, 4.0] * 10 + [9.0] * 13, short=[1.0, 2.0]).portfolio)
    assert found.lately.tolist() == [9.0, 1.5]
    assert found.before.tolist() == [3.0, pytest.approx(np.nan, nan_ok=True)]
    assert found.score[0] > 5
    assert np.isnan(found.score[1])


def test_a_trend_is_that_of_mann_and_kendall_over_sums_of_four_weeks(weekly: Weekly) -> None:
    demand = poisson(np.linspace(0.2, 3, 80))
    buckets = np.array(demand[1:]).reshape(-1, BUCKET_WEEKS).sum(axis=1)
    expected: Any = stats.kendalltau(np.arange(len(buckets)), buckets, method="asymptotic")
    found = trend(history(weekly, rising=demand).portfolio)
    assert found.p_value[0] == pytest.approx(expected.pvalue, rel=0.5)  # scipy leaves the correction for continuity out
    assert expected.statistic > 0
    assert found.change[0] == pytest.approx(13 * np.polyfit(np.arange(20) * 4, buckets / 4, 1)[0])


def test_no_more_items_without_a_trend_are_given_one_than_chance_gives(weekly: Weekly) -> None:
    series = {f"i{n:03}": poisson(np.full(100, 0.3), seed=n) for n in range(200)}
    assert np.mean(trend(history(weekly, **series).portfolio).p_value < 0.05) < 0.08


def test_a_short_or_constant_history_has_no_trend(weekly: Weekly) -> None:
    found = trend(history(weekly, constant=[1.0] * 60, short=[1.0, 5.0, 9.0]).portfolio)
    assert found.p_value[0] == 1.0
    assert np.isnan(found.p_value[1])
    assert np.isnan(found.change[1])


def test_a_season_is_found_in_the_month_it_is_in_and_needs_two_years(weekly: Weekly) -> None:
    weeks = pd.date_range(end="2025-08-25", periods=160, freq="W-MON") + pd.Timedelta(days=3)
    rates = np.where(weeks.month == 11, 12.0, 2.0)
    found = season(
        history(weekly, seasonal=poisson(rates), steady=poisson(np.full(160, 2.0)), young=poisson(rates[-90:]))
    )
    assert found.peak_month.tolist()[0] == 11
    assert found.p_value[0] < 1e-6
    assert found.share[0] > 0.5
    assert found.p_value[1] > 0.01
    assert found.share[1] < 0.1
    assert np.isnan(found.p_value[2])
    assert found.peak_month.tolist()[2] == 0
