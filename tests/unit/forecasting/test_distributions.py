"""Quantiles by matched moments are the quantiles of the distribution that has those moments."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from math import comb

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from nova_assets.forecasting.distributions import (
    LARGEST_COUNTED_MEAN,
    LEAST_DISPERSION,
    index_of_dispersion,
    weekly_quantiles,
)
from nova_assets.forecasting.history import History
from nova_assets.forecasting.parameters import QUANTILES

LEVELS = tuple(QUANTILES.values())
ORIGIN = date(2025, 9, 1)


def quantiles(mean: float, dispersion: float, integral: bool = True) -> np.ndarray:
    return weekly_quantiles(np.array([mean]), np.array([dispersion]), np.array([integral]), LEVELS)[0]


def test_whole_units_follow_the_negative_binomial_of_the_textbook() -> None:
    # Mean 3, variance 6: r = 3, p = 1/2, and P(X = k) = C(k+2, k) / 2^(k+3).
    distribution = np.cumsum([comb(k + 2, k) / 2 ** (k + 3) for k in range(60)])
    expected = [int(np.argmax(distribution >= level)) for level in LEVELS]
    assert quantiles(3.0, 2.0).tolist() == expected


@pytest.mark.parametrize(("mean", "dispersion"), [(0.08, 1.5), (0.5, 12.0), (3.0, 2.0), (240.0, 55.0)])
def test_the_negative_binomial_behind_the_quantiles_has_the_moments_it_was_given(
    mean: float, dispersion: float
) -> None:
    p = 1 / dispersion
    found_mean, found_variance = stats.nbinom.stats(mean * p / (1 - p), p)
    assert (found_mean, found_variance) == pytest.approx((mean, mean * dispersion))
    assert quantiles(mean, dispersion).tolist() == stats.nbinom.ppf(LEVELS, mean * p / (1 - p), p).tolist()


@pytest.mark.parametrize("dispersion", [0.0, 0.4, 1.0])
def test_regular_whole_demand_is_as_uncertain_as_a_poisson(dispersion: float) -> None:
    assert quantiles(4.0, dispersion).tolist() == stats.poisson.ppf(LEVELS, 4.0).tolist()


def test_fractional_demand_follows_the_gamma_with_the_same_moments() -> None:
    mean, dispersion = 2.4, 0.7
    found = quantiles(mean, dispersion, integral=False)
    shape = mean / dispersion
    assert stats.gamma.stats(shape, scale=dispersion) == pytest.approx((mean, mean * dispersion))
    assert stats.gamma.cdf(found, shape, scale=dispersion) == pytest.approx(LEVELS)


def test_fractional_demand_means_the_same_in_metres_and_centimetres() -> None:
    metres, centimetres = quantiles(2.4, 3.1, integral=False), quantiles(240.0, 310.0, integral=False)
    assert centimetres == pytest.approx(metres * 100)


def test_the_step_from_counted_to_large_demand_is_below_one_unit_in_a_thousand() -> None:
    counted = quantiles(LARGEST_COUNTED_MEAN, 400.0)
    large = quantiles(LARGEST_COUNTED_MEAN * (1 + 1e-9), 400.0)
    assert large == pytest.approx(counted, rel=1e-3)


def test_no_expected_demand_is_no_demand_at_any_level() -> None:
    assert quantiles(0.0, 7.0).tolist() == [0.0] * len(LEVELS)


@given(st.floats(0, 1e7), st.floats(0, 1e6), st.booleans())
def test_quantiles_are_finite_not_negative_and_never_cross(mean: float, dispersion: float, integral: bool) -> None:
    found = quantiles(mean, dispersion, integral)
    assert np.isfinite(found).all()
    assert (found >= 0).all()
    assert (np.diff(found) >= 0).all()


@pytest.mark.parametrize(("mean", "dispersion"), [(-0.1, 1.0), (np.nan, 1.0), (1.0, np.inf)])
def test_impossible_moments_are_refused(mean: float, dispersion: float) -> None:
    with pytest.raises(ValueError, match="finite and not negative"):
        quantiles(mean, dispersion)


def test_equal_rows_get_equal_quantiles_wherever_they_stand() -> None:
    mean = np.array([2.0, 0.5, 2.0])
    found = weekly_quantiles(mean, np.array([3.0, 3.0, 3.0]), np.array([True, False, True]), LEVELS)
    assert found[0].tolist() == found[2].tolist() == quantiles(2.0, 3.0).tolist()
    assert found[1].tolist() == quantiles(0.5, 3.0, integral=False).tolist()


def test_dispersion_of_a_long_history_is_its_sample_variance_over_its_mean(weekly: Callable[..., pd.DataFrame]) -> None:
    demand = [4.0, 0, 0, 2, 0, 0, 0, 6, 0, 1, 0, 0, 3, 0]
    summary = History.before(ORIGIN, weekly(ORIGIN, A=demand)).summary
    assert index_of_dispersion(summary) == pytest.approx([np.var(demand, ddof=1) / np.mean(demand)])


def test_dispersion_of_a_short_history_is_read_from_its_sizes(weekly: Callable[..., pd.DataFrame]) -> None:
    summary = History.before(ORIGIN, weekly(ORIGIN, once=[5.0], twice=[2.0, 0, 6])).summary
    assert index_of_dispersion(summary) == pytest.approx([5.0, (4 + 36) / 8])


def test_many_distributions_at_once_have_the_quantiles_that_scipy_finds_one_by_one() -> None:
    random = np.random.default_rng(1978)
    mean, dispersion = 10 ** random.uniform(-8, 4, 3_000), 1 + 10 ** random.uniform(-3, 3, 3_000)
    found = weekly_quantiles(mean, dispersion, np.full(3_000, True), LEVELS)
    p = 1 / np.maximum(dispersion, LEAST_DISPERSION)[:, None]
    assert found.tolist() == stats.nbinom.ppf(LEVELS, mean[:, None] * p / (1 - p), p).tolist()


def test_a_level_that_is_reached_exactly_is_reached() -> None:
    # Of eight heads as many tails come before: the chance of fewer is one half, to the last digit.
    assert quantiles(8.0, 2.0)[LEVELS.index(0.5)] == 7.0
