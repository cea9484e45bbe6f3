"""Models of weekly series: which items they speak of, and that they see seasons, holidays and their own past."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd
import pytest

from nova_assets.forecasting.engine import LocalEngine
from nova_assets.forecasting.history import WEEK, History
from nova_assets.forecasting.models.automatic import AUTO_ARIMA, AUTO_ETS, AutomaticModel
from nova_assets.forecasting.models.moments import MatchedMoments
from nova_assets.forecasting.models.prophet import PROPHET, ProphetModel, holiday_weeks
from nova_assets.forecasting.models.protocol import CannotForecastError
from nova_assets.forecasting.models.regular import regular_items, seasonal_items
from nova_assets.forecasting.parameters import MOST_WEEKS

ORIGIN = date(2025, 9, 1)
WEEKS = 156
Weekly = Callable[..., pd.DataFrame]


def season(weeks: np.ndarray) -> np.ndarray:
    return 30 + 15 * np.sin(2 * np.pi * weeks / 52)


@pytest.fixture(scope="module")
def noise() -> np.ndarray:
    return np.random.default_rng(3).normal(0, 2, WEEKS)


@pytest.fixture
def history(weekly: Weekly, noise: np.ndarray) -> History:
    """A season, the same noise without one, half a year of weeks, and one demand in three weeks."""
    return History.before(
        ORIGIN,
        weekly(
            ORIGIN,
            level=np.round(30 + noise).tolist(),
            season=np.round(season(np.arange(WEEKS)) + noise).tolist(),
            short=[3.0, 4.0] * 12 + [5.0],
            sparse=[6.0, 0.0, 0.0] * 40,
        ),
    )


def fitted(model: AutomaticModel | ProphetModel, history: History) -> MatchedMoments:
    return model.fit(history, history, LocalEngine())


def test_items_with_few_weeks_or_rare_demand_are_not_regular(history: History) -> None:
    assert regular_items(history).tolist() == ["level", "season"]
    assert regular_items(history, longest_interval=3.0).tolist() == ["level", "season", "sparse"]
    assert regular_items(history, fewest_weeks=25).tolist() == ["level", "season", "short"]


def test_a_season_is_told_from_noise_and_needs_two_years(history: History, weekly: Weekly, noise: np.ndarray) -> None:
    assert seasonal_items(history, history.items).tolist() == ["season"]
    one_year = History.before(ORIGIN, weekly(ORIGIN, season=(season(np.arange(103)) + noise[:103]).tolist()))
    assert seasonal_items(one_year, one_year.items).tolist() == []


def test_a_demand_that_never_changes_has_no_season(weekly: Weekly) -> None:
    history = History.before(ORIGIN, weekly(ORIGIN, same=[2.0] * WEEKS))
    assert seasonal_items(history, history.items).tolist() == []


@pytest.mark.parametrize("model", [AUTO_ARIMA, AUTO_ETS, PROPHET], ids=lambda model: model.name)
def test_a_season_is_forecast_where_there_is_one(model: AutomaticModel | ProphetModel, history: History) -> None:
    said = fitted(model, history)
    assert said.items.tolist() == ["level", "season"]
    assert said.means.shape == (2, MOST_WEEKS)
    assert not said.steady
    coming = season(np.arange(WEEKS, WEEKS + MOST_WEEKS))
    assert np.corrcoef(said.means[1], coming)[0, 1] > 0.9
    assert np.abs(said.means[1] - coming).mean() < 4
    assert np.abs(said.means[0] - 30).max() < 4


@pytest.mark.parametrize("model", [AUTO_ARIMA, AUTO_ETS, PROPHET], ids=lambda model: model.name)
def test_without_a_regular_item_they_say_nothing_and_why(model: AutomaticModel | ProphetModel, weekly: Weekly) -> None:
    history = History.before(ORIGIN, weekly(ORIGIN, sparse=[6.0, 0.0, 0.0] * 40))
    with pytest.raises(CannotForecastError, match=r"no .*item has"):
        fitted(model, history)


def test_arima_follows_what_smoothing_averages_away(weekly: Weekly, noise: np.ndarray) -> None:
    alternating = 20 + 10 * (-1.0) ** np.arange(60) + 0.5 * noise[:60]
    history = History.before(ORIGIN, weekly(ORIGIN, A=alternating.tolist()))
    by_arima, by_smoothing = (fitted(model, history).means[0, :4] for model in (AUTO_ARIMA, AUTO_ETS))
    assert by_arima == pytest.approx([30, 10, 30, 10], abs=3)
    assert np.ptp(by_smoothing) < 3


def test_a_falling_trend_ends_at_zero(weekly: Weekly) -> None:
    history = History.before(ORIGIN, weekly(ORIGIN, A=[float(max(80 - week, 2)) for week in range(76)]))
    said = fitted(AUTO_ARIMA, history)
    assert said.means.min() == 0
    assert said.demand(20, 6, np.array([0.5, 0.99])).quantiles.min() >= 0


def test_holidays_belong_to_their_weeks() -> None:
    weeks = holiday_weeks(date(2025, 9, 1), date(2026, 1, 5))["ds"]
    assert (weeks.dt.weekday == 0).all()
    # Independence Day 2025 is a Sunday, the Proclamation a Saturday, Christmas and New Year's Day are Thursdays.
    assert {date(2025, 9, 1), date(2025, 11, 10), date(2025, 12, 22), date(2025, 12, 29)} <= set(weeks.dt.date)


def test_prophet_expects_less_in_weeks_with_a_holiday_where_the_past_had_less(weekly: Weekly) -> None:
    weeks = np.datetime64(ORIGIN) - WEEK * np.arange(WEEKS, 0, -1)
    closed = np.isin(weeks, holiday_weeks(date(2022, 1, 3), ORIGIN)["ds"].to_numpy().astype("datetime64[D]"))
    random = np.random.default_rng(5)
    history = History.before(ORIGIN, weekly(ORIGIN, A=(np.where(closed, 10, 40) + random.normal(0, 2, WEEKS)).tolist()))
    means = fitted(PROPHET, history).means[0]
    coming = np.datetime64(ORIGIN) + WEEK * np.arange(MOST_WEEKS)
    holiday = np.isin(coming, holiday_weeks(ORIGIN, date(2026, 3, 1))["ds"].to_numpy().astype("datetime64[D]"))
    assert means[holiday].max() < 0.7 * means[~holiday].min()


def test_prophet_is_repeatable_and_quiet(history: History, capfd: pytest.CaptureFixture[str]) -> None:
    first, second = (fitted(PROPHET, history).means for _ in range(2))
    assert first.tolist() == second.tolist()
    assert capfd.readouterr() == ("", "")
