"""The models compute what their publications say, checked against a few lines of our own and published examples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import fminbound

from nova_assets.forecasting.engine import LocalEngine
from nova_assets.forecasting.history import History
from nova_assets.forecasting.models import MODELS
from nova_assets.forecasting.models.moments import MatchedMoments
from nova_assets.forecasting.models.pooled import POOLED_OCCURRENCE
from nova_assets.forecasting.models.priors import MOST_PRIOR_WEEKS

ORIGIN = date(2025, 9, 1)
LEVELS = np.array([0.5, 0.9])
Weekly = Callable[..., pd.DataFrame]

# Monthly sales of product C, Hyndman & Athanasopoulos, Forecasting: Principles and Practice (2nd ed.), section 12.2,
# without its first month, which has no sales: a series begins with its first demand.
PRODUCT_C = [
    *(2.0, 0, 1, 0, 11, 0, 0, 0, 0, 2, 0),
    *(6, 3, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0),
    *(0, 0, 0, 3, 1, 0, 0, 1, 0, 1, 0, 0),
]

# NIST/SEMATECH e-Handbook of Statistical Methods, section 6.4.3.1: observations and their smoothed values, weight 0.1.
NIST = [71, 70, 69, 68, 64, 65, 72, 78, 75, 75, 75, 70]
NIST_SMOOTHED = [71, 70.9, 70.71, 70.44, 69.80, 69.32, 69.58, 70.43, 70.88, 71.29, 71.67]


def smoothed(values: Sequence[float], weight: float) -> list[float]:
    """Forecasts after each value by exponential smoothing that starts from the first."""
    levels = [float(values[0])]
    for value in values[1:]:
        levels.append(levels[-1] + weight * (value - levels[-1]))
    return levels


def tsb(values: Sequence[float], weight: float) -> float:
    occurrence = [float(value > 0) for value in values]
    return smoothed(occurrence, weight)[-1] * smoothed([value for value in values if value > 0], weight)[-1]


def mean_of(model: str, demand: pd.DataFrame) -> np.ndarray:
    history = History.before(ORIGIN, demand)
    fitted = MODELS[model].fit(history, history, LocalEngine())
    return np.column_stack([fitted.demand(week, 1, LEVELS).mean for week in range(3)])


def test_our_smoothing_agrees_with_the_nist_handbook() -> None:
    assert smoothed(NIST, 0.1)[:-1] == pytest.approx(NIST_SMOOTHED, abs=0.006)


def test_tsb_smooths_the_chance_and_the_size_of_demand(weekly: Weekly) -> None:
    assert mean_of("tsb", weekly(ORIGIN, C=PRODUCT_C)) == pytest.approx(np.full((1, 3), tsb(PRODUCT_C, 0.1)))


def test_ses_smooths_with_the_weight_of_least_squared_error(weekly: Weekly) -> None:
    random = np.random.default_rng(7)
    demand = np.abs(20 + np.cumsum(random.normal(0, 1, 60)) + random.normal(0, 3, 60)).tolist()

    def squared_error(weight: float) -> float:
        return float(np.sum((np.array(demand[1:]) - smoothed(demand, weight)[:-1]) ** 2))

    weight: Any = fminbound(squared_error, 0.01, 0.99)
    assert 0.05 < weight < 0.95
    assert mean_of("ses", weekly(ORIGIN, A=demand))[0, 0] == pytest.approx(smoothed(demand, weight)[-1], rel=1e-3)


def test_historic_average_is_the_mean_of_all_weeks(weekly: Weekly) -> None:
    assert mean_of("historic_average", weekly(ORIGIN, C=PRODUCT_C)) == pytest.approx(
        np.full((1, 3), np.mean(PRODUCT_C))
    )


def test_adida_forecasts_sums_over_the_mean_interval_and_imapa_averages_over_all_shorter_ones(weekly: Weekly) -> None:
    # Demand every second week: sums of two weeks are always 4, so both aggregations agree on 2 a week at level 2.
    demand = weekly(ORIGIN, A=[0.0, 4.0] * 20 + [0.0, 4.0])
    assert mean_of("adida", demand)[0, 0] == pytest.approx(2.0)
    weekly_level = smoothed([4.0, 0.0] * 20 + [4.0], 0.1)[-1]
    assert mean_of("imapa", demand)[0, 0] == pytest.approx((2.0 + weekly_level) / 2, rel=0.02)


def test_pooled_occurrence_finds_the_prior_that_made_the_portfolio(weekly: Weekly) -> None:
    random = np.random.default_rng(11)
    chances = random.beta(1.5, 13.5, 3000)
    weeks = random.integers(10, 60, 3000)
    series = {
        f"{item:04d}": [1.0, *random.binomial(1, chance, later).astype("float64")]
        for item, (chance, later) in enumerate(zip(chances, weeks, strict=True))
    }
    prior = POOLED_OCCURRENCE.priors(History.before(ORIGIN, weekly(ORIGIN, **series))).portfolio
    assert prior.a / (prior.a + prior.b) == pytest.approx(0.1, abs=0.004)
    assert prior.a + prior.b == pytest.approx(15, rel=0.12)


def test_pooled_occurrence_expects_an_item_seen_once_to_return_like_the_portfolio(weekly: Weekly) -> None:
    demand = weekly(ORIGIN, new=[6.0], **{f"old{n}": [1.0, *[0.0] * 9, 1.0, *[0.0] * 9] for n in range(30)})
    assert mean_of("pooled_occurrence", demand)[0] == pytest.approx(np.full(3, 6.0 / 19))


def test_pooled_occurrence_of_like_items_is_their_common_rate_worth_many_weeks(weekly: Weekly) -> None:
    history = History.before(ORIGIN, weekly(ORIGIN, **{f"i{n}": [1.0, 0, 0, 0, 1, 0, 0, 0, 0] for n in range(20)}))
    prior = POOLED_OCCURRENCE.priors(history).portfolio
    assert prior.a + prior.b == pytest.approx(MOST_PRIOR_WEEKS)
    assert prior.a / (prior.a + prior.b) == pytest.approx(1 / 8)


@pytest.mark.parametrize(
    "series", [{"A": [1.0]}, {"A": [1.0], "B": [2.0, 0, 0, 0, 0, 0]}, {"A": [1.0] * 9, "B": [2.0] * 9}]
)
def test_pooled_occurrence_without_a_portfolio_assumes_nothing(weekly: Weekly, series: dict[str, list[float]]) -> None:
    prior = POOLED_OCCURRENCE.priors(History.before(ORIGIN, weekly(ORIGIN, **series))).portfolio
    assert (prior.a, prior.b) == (1.0, 1.0)


def test_a_mean_below_zero_is_served_as_zero(weekly: Weekly) -> None:
    history = History.before(ORIGIN, weekly(ORIGIN, A=[1.0, 2.0]))
    fitted = MatchedMoments.of(history, history.items, np.array([[-0.5, 1.0]]))
    assert [fitted.demand(week, 1, LEVELS).mean.tolist() for week in range(2)] == [[0.0], [1.0]]
    assert fitted.demand(0, 1, LEVELS).quantiles[0].tolist() == [0.0, 0.0]


def test_weeks_that_differ_are_summed_over_the_lead_time(weekly: Weekly) -> None:
    history = History.before(ORIGIN, weekly(ORIGIN, A=[1.0, 2.0]))
    fitted = MatchedMoments.of(history, history.items, np.array([[1.0, 2.0, 4.0]]))
    assert (fitted.steady, fitted.demand(1, 2, LEVELS).mean.tolist()) == (False, [6.0])
