"""Demand over the protection time against distributions whose figures are known in closed form."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nova_assets.planning.demand import PERCENT_LEVELS, TAIL_FROM, ProtectionDemand
from nova_assets.quantiles import expected_shortage, with_tails


def exponential(means: list[float]) -> ProtectionDemand:
    mean = np.array(means)
    return ProtectionDemand(mean, -np.log(1 - PERCENT_LEVELS)[None] * mean[:, None])


def test_quantiles_between_and_beyond_the_stored_ones_are_those_of_the_distribution() -> None:
    demand = exponential([1.0, 10.0])
    for level in (0.5, 0.955, 0.99, 0.995, 0.999):
        assert demand.quantile(level) == pytest.approx(-np.log(1 - level) * demand.mean, rel=5e-3)
    assert demand.quantile(np.array([0.5, 0.9])) == pytest.approx([np.log(2), 10 * np.log(10)], rel=5e-3)


def test_the_chance_of_a_stockout_and_the_expected_shortage_of_an_exponential() -> None:
    """P(D > s) = exp(−s ÷ μ), E[(D − s)⁺] = μ·exp(−s ÷ μ)."""
    demand = exponential([2.0, 2.0, 2.0])
    stock = np.array([0.5, 4.0, 12.0])
    assert demand.exceedance(stock) == pytest.approx(np.exp(-stock / 2), abs=5e-4)
    assert demand.expected_shortage(stock) == pytest.approx(2 * np.exp(-stock / 2), abs=5e-3)
    assert demand.expected_shortage(np.zeros(3)) == pytest.approx(demand.mean, rel=0.01)


def test_probability_that_lies_on_a_point_is_reached_there() -> None:
    """Nothing with a chance of 90 %, else 10: nothing in stock is too little in a tenth of all cases."""
    demand = ProtectionDemand(np.array([1.0]), np.where(PERCENT_LEVELS > 0.9, 10.0, 0.0)[None])
    assert demand.quantile(0.89) == 0.0
    assert demand.quantile(0.95) == 10.0
    assert demand.exceedance(np.array([0.0])) == pytest.approx(0.1)
    assert demand.exceedance(np.array([10.0])) == 0.0
    assert demand.expected_shortage(np.array([0.0])) == pytest.approx(1.0, rel=0.06)


@given(
    arrays(np.float64, (4, 99), elements=st.floats(0, 1e6, allow_nan=False)),
    arrays(np.float64, 4, elements=st.floats(0, 2e6, allow_nan=False)),
)
@settings(deadline=None, max_examples=60)
def test_more_stock_never_means_more_risk(raw: np.ndarray, stock: np.ndarray) -> None:
    demand = ProtectionDemand(raw.mean(axis=1), np.sort(raw, axis=1))
    more = stock * 1.1 + 1
    assert (demand.exceedance(more) <= demand.exceedance(stock) + 1e-12).all()
    assert (demand.expected_shortage(more) <= demand.expected_shortage(stock) + 1e-6).all()
    assert (demand.quantile(0.6) <= demand.quantile(0.99)).all()
    assert (demand.quantile(0.99) <= demand.quantile(0.999)).all()
    risk = demand.exceedance(stock)
    inside = (risk > 0.011) & (risk < 0.98)
    again = demand.quantile(np.clip(1 - risk, 0.001, 0.9999))
    assert (again[inside] <= stock[inside] + 1e-6 * (1 + stock[inside])).all()


@given(
    arrays(np.float64, (4, 99), elements=st.floats(0, 1e4, allow_nan=False)),
    arrays(np.float64, 4, elements=st.floats(-10, 2e4, allow_nan=False)),
)
@settings(deadline=None, max_examples=60)
def test_the_shortage_is_the_integral_of_what_lies_above_the_stock(raw: np.ndarray, stock: np.ndarray) -> None:
    demand = ProtectionDemand(raw.mean(axis=1), np.sort(raw, axis=1))
    extended = with_tails(demand.quantiles, PERCENT_LEVELS, TAIL_FROM)
    assert demand.expected_shortage(stock) == pytest.approx(expected_shortage(*extended, stock), rel=1e-9, abs=1e-6)
