"""Demand over a random lead time: the grid where nothing is random, an exact sum, a simulation, and order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import sparse, stats

from nova_assets.forecasting.lead_time.demand import PERCENT_LEVELS, LeadTimeDemand, Protection, SummedDemand
from nova_assets.forecasting.lead_time.durations import durations_for, spread_over
from nova_assets.forecasting.lead_time.growth import Growth
from nova_assets.forecasting.lead_time.mixtures import mixture_quantiles
from nova_assets.forecasting.lead_time.suppliers import LogNormals
from nova_assets.forecasting.parameters import SUMMED_QUANTILES, SUMMED_WEEKS
from nova_assets.quantiles import with_tails

LEVELS = np.array(tuple(SUMMED_QUANTILES.values()))
WEEKS = np.array(SUMMED_WEEKS, dtype=np.float64)
REVIEW_DAYS = 7
AT_LEVELS = np.rint(LEVELS * 100).astype(int) - 1


def negative_binomial(means: list[float], dispersion: float) -> SummedDemand:
    """Weekly demand of these means, independent from week to week, summed exactly."""
    summed = np.outer(means, WEEKS)
    quantiles = stats.nbinom.ppf(LEVELS, summed[:, :, None] / (dispersion - 1), 1 / dispersion)
    return SummedDemand(SUMMED_WEEKS, LEVELS, summed, quantiles)


def demand(summed: SummedDemand, suppliers: LogNormals, shares: np.ndarray) -> LeadTimeDemand:
    days = durations_for(SUMMED_WEEKS, REVIEW_DAYS)
    return Protection(spread_over(days, suppliers, sparse.csr_array(shares)), REVIEW_DAYS).demand(summed)


def one_supplier(days: float, sigma: float) -> LogNormals:
    return LogNormals(np.log([days, days]), np.full(2, sigma))


@pytest.mark.parametrize(("days", "weeks"), [(7.0, 2), (21.0, 4), (49.0, 8), (84.0, 13), (175.0, 26)])
def test_a_lead_time_that_never_varies_gives_back_the_demand_of_its_weeks(days: float, weeks: int) -> None:
    summed = negative_binomial([3.0, 0.2, 40.0], 4.0)
    found = demand(summed, one_supplier(days, 1e-9), np.tile([1.0, 0.0], (3, 1)))
    at = SUMMED_WEEKS.index(weeks)
    np.testing.assert_allclose(found.quantiles[:, AT_LEVELS], summed.quantiles[:, at], atol=1e-6)
    np.testing.assert_allclose(found.mean, summed.means[:, at])
    np.testing.assert_allclose(found.lead_time_mean, summed.means[:, 0] * days / 7)
    assert found.extrapolated == pytest.approx([0.0] * 3, abs=1e-6)


def test_a_lead_time_of_one_or_of_three_weeks_is_the_exact_mixture_of_both_sums() -> None:
    """With the review week an order must last two weeks or four, half of the time each: exact by convolution."""
    weekly = stats.nbinom.pmf(np.arange(400), 30 / 4, 1 / 5)
    two = np.convolve(weekly, weekly)
    four = np.convolve(two, two)
    expected = np.searchsorted((np.pad(two, (0, len(four) - len(two))) + four).cumsum() / 2, PERCENT_LEVELS)
    days = LogNormals(np.log([7.0, 21.0, 10.0]), np.array([1e-9, 1e-9, 1.0]))
    found = demand(negative_binomial([30.0], 5.0), days, np.array([[0.5, 0.5, 0.0]]))
    # Whole units lie within one unit of a curve through twelve of them; below 5 % the curve goes on straight.
    np.testing.assert_allclose(found.quantiles[0, 4:], expected[4:], atol=2.0)
    assert found.mean[0] == pytest.approx(90.0)
    assert found.lead_time_mean[0] == pytest.approx(60.0)


@pytest.mark.parametrize(
    ("mean", "dispersion", "median_days", "sigma"), [(20.0, 6.0, 12.0, 0.5), (1.5, 5.0, 30.0, 0.8)]
)
def test_quantiles_are_those_of_a_simulation(mean: float, dispersion: float, median_days: float, sigma: float) -> None:
    random = np.random.default_rng(4)
    days = random.lognormal(np.log(median_days), sigma, 400_000)
    rate = mean * (days + REVIEW_DAYS) / 7 / (dispersion - 1)
    simulated = random.negative_binomial(rate, 1 / dispersion)
    found = demand(negative_binomial([mean], dispersion), one_supplier(median_days, sigma), np.array([[1.0, 0.0]]))
    assert found.mean[0] == pytest.approx(simulated.mean(), rel=0.01)
    for level in (0.1, 0.5, 0.8, 0.9, 0.95, 0.99):
        exact = np.quantile(simulated, level)
        assert found.quantiles[0, round(level * 100) - 1] == pytest.approx(exact, rel=0.03, abs=1.0), level


def test_a_lead_time_that_varies_needs_more_than_one_that_does_not() -> None:
    summed = negative_binomial([20.0], 3.0)
    same_mean = [one_supplier(28 * np.exp(-(sigma**2) / 2), sigma) for sigma in (1e-9, 0.4, 0.8)]
    found = [demand(summed, days, np.array([[1.0, 0.0]])) for days in same_mean]
    assert [one.mean[0] for one in found] == pytest.approx([100.0] * 3, rel=0.001)
    q95 = [one.quantiles[0, 94] for one in found]
    assert q95[0] < q95[1] < q95[2]


def test_durations_keep_the_mean_of_every_mixture_and_say_how_much_lies_beyond_the_forecast() -> None:
    suppliers = LogNormals(np.log([5.0, 40.0, 15.0]), np.array([0.9, 0.5, 0.7]))
    shares = np.array([[0.5, 0.3, 0.2], [0.0, 0.0, 1.0]])
    durations = spread_over(durations_for(SUMMED_WEEKS, REVIEW_DAYS), suppliers, sparse.csr_array(shares))
    np.testing.assert_allclose(durations.weights.sum(axis=1), 1)
    np.testing.assert_allclose(durations.mean_days, shares @ suppliers.mean_days, rtol=1e-3)
    assert durations.quantile_days(0.9)[1] == pytest.approx(suppliers.quantile_days(0.9)[2], rel=0.01)
    summed = negative_binomial([1.0, 1.0], 2.0)
    beyond = Protection(durations, REVIEW_DAYS).demand(summed).extrapolated
    chance = shares @ (1 - suppliers.share_within(np.array([26 * 7.0 - REVIEW_DAYS])))[:, 0]
    assert beyond == pytest.approx(chance, abs=5e-4)


def test_demand_of_other_numbers_of_weeks_grows_as_that_of_independent_weeks() -> None:
    """Mean with the weeks, distance from it with their root: exact for the normal, on the grid, between and beyond."""
    weeks = np.array([0.5, 1, 3, 10, 26, 104])
    z = stats.norm.ppf(LEVELS)
    quantiles = (100 * WEEKS[:, None] + 5 * np.sqrt(WEEKS)[:, None] * z)[None]
    found = Growth.to(weeks, SUMMED_WEEKS).values(100 * WEEKS[None], quantiles)[0]
    np.testing.assert_allclose(found, 100 * weeks[:, None] + 5 * np.sqrt(weeks)[:, None] * z, rtol=1e-12)
    assert (Growth.to(np.zeros(1), SUMMED_WEEKS).values(100 * WEEKS[None], quantiles) == 0).all()


def test_the_tail_of_an_exponential_goes_on_as_it_is() -> None:
    exponential = -np.log(1 - LEVELS)
    quantiles, levels = with_tails(exponential, LEVELS)
    beyond = levels >= 0.95
    np.testing.assert_allclose(quantiles[beyond][:-1], -np.log(1 - levels[beyond][:-1]), rtol=1e-9)
    assert (levels[0], levels[-1]) == (0.0, 1.0)


def test_a_mixture_with_points_is_exact() -> None:
    """Half the time nothing, else 0 … 10 evenly: the median is nothing, three quarters are 5."""
    values = np.array([[[0.0, 0.0], [0.0, 10.0]]])
    found = mixture_quantiles(np.array([[0.5, 0.5]]), values, np.array([0.0, 1.0]), np.array([0.4, 0.5, 0.75, 0.99]))
    np.testing.assert_allclose(found, [[0.0, 0.0, 5.0, 9.8]], atol=1e-9)


numbers = st.floats(0, 1e6, allow_nan=False).map(lambda number: round(number, 4))


@given(
    arrays(np.float64, (3, 4, 6), elements=numbers),
    arrays(np.float64, (3, 4), elements=st.floats(0.001, 1)),
)
@settings(deadline=None, max_examples=150)
def test_the_mixtures_quantiles_rise_and_have_its_distribution_function(values: np.ndarray, raw: np.ndarray) -> None:
    values, weights = np.sort(values, axis=2), raw / raw.sum(axis=1, keepdims=True)
    levels = np.linspace(0, 1, 6)
    found = mixture_quantiles(weights, values, levels, PERCENT_LEVELS)
    assert (np.diff(found, axis=1) >= 0).all()
    slack = 1e-6 * max(values.max(), 1.0)
    for item in range(3):
        below, reached = (
            sum(
                weight * share_below(component, levels, found[item] + step)
                for weight, component in zip(weights[item], values[item], strict=True)
            )
            for step in (-slack, slack)
        )
        assert (below <= PERCENT_LEVELS + 1e-6).all()
        assert (reached >= PERCENT_LEVELS - 1e-6).all()


def share_below(quantiles: np.ndarray, levels: np.ndarray, at: np.ndarray) -> np.ndarray:
    """The largest level whose quantile lies at or below a value: the distribution function, point by point."""
    position = np.searchsorted(quantiles, at, side="right")
    inside = (position > 0) & (position < len(quantiles))
    before = np.clip(position - 1, 0, len(quantiles) - 2)
    width = quantiles[before + 1] - quantiles[before]
    part = (at - quantiles[before]) / np.where(width > 0, width, 1.0)
    linear = levels[before] + part * (levels[before + 1] - levels[before])
    return np.where(inside, linear, np.where(position == 0, 0.0, 1.0))


@given(
    arrays(np.float64, (4, 6, 12), elements=numbers),
    st.floats(0.5, 400),
    st.floats(0.01, 1.5),
)
@settings(deadline=None, max_examples=60)
def test_quantiles_of_any_demand_and_lead_time_are_not_negative_and_rise(
    raw: np.ndarray, median_days: float, sigma: float
) -> None:
    quantiles = np.sort(raw, axis=2)
    summed = SummedDemand(SUMMED_WEEKS, LEVELS, quantiles.mean(axis=2), quantiles)
    found = demand(summed, one_supplier(median_days, sigma), np.tile([0.7, 0.3], (4, 1)))
    assert np.isfinite(found.quantiles).all()
    assert (found.quantiles >= 0).all()
    assert (np.diff(found.quantiles, axis=1) >= 0).all()
    assert (found.lead_time_mean <= found.mean + 1e-9).all() or not (np.diff(summed.means, axis=1) >= 0).all()
