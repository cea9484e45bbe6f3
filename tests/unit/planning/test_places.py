"""Demand split over stocking places, against requests that are drawn one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nova_assets.planning.demand import PERCENT_LEVELS, ProtectionDemand
from nova_assets.planning.policy.places import Places, place_policy, scatter
from nova_assets.planning.policy.policies import by_quantile

DRAWS = 200_000


def of_draws(draws: np.ndarray) -> ProtectionDemand:
    return ProtectionDemand(np.array([draws.mean()]), np.quantile(draws, PERCENT_LEVELS)[None])


def test_the_variance_is_that_of_the_distribution() -> None:
    """Exponential: the mean squared; uniform on 0 … b: b² ÷ 12."""
    demand = ProtectionDemand(
        np.array([3.0, 50.0, 0.0]),
        np.stack([-3 * np.log(1 - PERCENT_LEVELS), 100 * PERCENT_LEVELS, np.zeros(99)]),
    )
    exponential, uniform, none = demand.variance
    assert exponential == pytest.approx(9, rel=0.02)
    assert uniform == pytest.approx(100**2 / 12, rel=0.05)  # the tail taken for exponential lies beyond the end
    assert none == 0


@pytest.mark.parametrize(("size", "share"), [(1, 0.3), (1, 0.05), (4, 0.3), (4, 0.6)])
def test_a_place_meets_its_part_of_the_requests(size: int, share: float) -> None:
    """Negative binomial requests of one size, each at a place by chance: variance and quantiles of what it sees."""
    rng = np.random.default_rng(5)
    requests = rng.negative_binomial(4, 0.25, DRAWS)
    whole, seen = requests * size, rng.binomial(requests, share) * size
    ratio = scatter(*(np.array([value]) for value in (share, whole.mean(), whole.var(), float(size)))).item()
    assert ratio * whole.std() == pytest.approx(seen.std(), rel=0.02)

    demand = of_draws(whole)
    for level in (0.8, 0.9, 0.95, 0.98):
        policy = by_quantile(demand, np.array([level]), np.array([10.0]))
        places = Places(np.array([0]), np.array([share]))
        found = place_policy(policy, places, demand.variance, np.array([float(size)])).reorder_point.item()
        assert found == pytest.approx(np.quantile(seen, level), abs=size)


shares = st.lists(st.integers(0, 50), min_size=1, max_size=6).filter(any)


@given(shares, st.floats(0.1, 1e4), st.floats(0.05, 4), st.floats(0.1, 1e3), st.floats(0.5, 0.99))
@settings(deadline=None, max_examples=100)
def test_places_share_the_demand_and_hold_no_less_safety_than_all_together(
    parts: list[int], mean: float, cv: float, size: float, level: float
):
    share = np.array(parts) / sum(parts)
    shape = 1 / cv**2
    demand = of_draws(np.random.default_rng(3).gamma(shape, mean / shape, 2_000))
    whole = by_quantile(demand, np.array([level]), np.array([10.0]))
    places = Places(np.zeros(len(share), dtype=np.int64), share)
    split = place_policy(whole, places, demand.variance, np.array([size]))
    assert split.mean.sum() == pytest.approx(whole.mean.item())
    assert split.order_quantity.sum() == pytest.approx(10)
    assert split.reorder_point.sum() >= whole.reorder_point.item() - 1e-9 * mean or whole.safety_stock.item() < 0
    assert (split.reorder_point[share == 0] == 0).all()
    if len(share) == 1:
        assert split.reorder_point.item() == pytest.approx(whole.reorder_point.item())
