"""One multiplier for an assortment: by hand, and its expectations beside what simulation finds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nova_assets.planning.demand import PERCENT_LEVELS, ProtectionDemand
from nova_assets.planning.policy.allocation import (
    Assortment,
    expected_line_fill,
    expected_stock,
    expected_unit_fill,
    multiplier_for_budget,
    multiplier_for_fill,
    multipliers_for_fills,
    price_weights,
    service_levels,
    spread_periods,
)
from nova_assets.planning.what_if.simulation import fixed_quantity, simulate

ITEMS = 80


def assortment(seed: int = 5) -> Assortment:
    """Items of skewed demand and prices."""
    rng = np.random.default_rng(seed)
    mean = rng.lognormal(1, 1, ITEMS)
    draws = rng.gamma(1.1, 1 / 1.1, (ITEMS, 1000)) * mean[:, None]
    demand = ProtectionDemand(mean, np.quantile(draws, PERCENT_LEVELS, axis=1).T)
    size, cost = rng.uniform(1, 9, ITEMS), rng.lognormal(3, 1.3, ITEMS)
    weights = price_weights(cost, size, np.ones(ITEMS), spread_periods(demand, mean / 4))
    return Assortment(demand, mean / 4, size, np.maximum(mean, 1.0), cost, weights, np.full(ITEMS, 0.01))


def test_the_weight_of_three_items_by_hand() -> None:
    """Costs 1, 10 and 100 in a median of 10; requests of 4, 1 and 9; the last one is critical twice over."""
    weights = price_weights(np.array([1.0, 10.0, 100.0]), np.array([4.0, 1.0, 9.0]), np.array([1.0, 1.0, 2.0]))
    assert weights == pytest.approx([0.2, 1.0, 15.0])
    longer = price_weights(np.array([1.0, 10.0, 100.0]), np.array([4.0, 1.0, 9.0]), np.array([1.0, 1.0, 2.0]), 3.0)
    assert longer == pytest.approx([0.6, 3.0, 45.0])
    assert service_levels(0.1, weights, 0.5) == pytest.approx([0.98, 0.9, 0.5])
    assert service_levels(0.0, weights, 0.5) == pytest.approx([0.999] * 3)


def test_an_item_without_a_price_costs_what_the_median_does() -> None:
    weights = price_weights(np.array([1.0, np.nan, 0.0, 3.0]), np.ones(4), np.ones(4))
    assert weights == pytest.approx([0.5, 1.0, 1.0, 1.5])


def test_without_any_price_there_is_one_level_for_each_criticality() -> None:
    sizes, critical = np.array([1.0, 50.0, 7.0]), np.array([1.0, 1.0, 2.0])
    weights = price_weights(np.full(3, np.nan), sizes, critical, np.array([1.0, 9.0, 4.0]))
    assert weights == pytest.approx([1.0, 1.0, 0.5])


@pytest.mark.parametrize(("size", "critical", "spread"), [(0.0, 1.0, 1.0), (1.0, 0.0, 1.0), (1.0, 1.0, 0.0)])
def test_a_weight_needs_sizes_criticality_and_spread_above_zero(size: float, critical: float, spread: float) -> None:
    with pytest.raises(ValueError, match="above zero"):
        price_weights(np.ones(1), np.array([size]), np.array([critical]), np.array([spread]))


def test_the_spread_is_the_time_that_a_standard_deviation_lasts() -> None:
    """Exponential demand of mean 8 scatters by 8: at 2 a period that lasts 4. One without demand is as the others."""
    quantiles = -np.log(1 - PERCENT_LEVELS)[None] * np.array([[8.0], [0.0]])
    demand = ProtectionDemand(np.array([8.0, 0.0]), quantiles)
    assert spread_periods(demand, np.array([2.0, 0.0])) == pytest.approx([4.0, 4.0], rel=0.02)
    assert spread_periods(demand, np.zeros(2)).tolist() == [1.0, 1.0]


@pytest.mark.parametrize("fill", [Assortment.line_fill, Assortment.unit_fill])
def test_the_multiplier_for_a_fill_rate_reaches_it_and_a_larger_one_does_not(
    fill: Callable[[Assortment, np.ndarray], float],
) -> None:
    items = assortment()
    for target in (0.8, 0.9, 0.97):
        multiplier = multiplier_for_fill(items, target, fill)
        assert fill(items, items.reorder_points(multiplier)) == pytest.approx(target, abs=1e-4)
        assert fill(items, items.reorder_points(multiplier * 1.1)) < target


def test_the_multipliers_of_a_curve_are_nearly_those_that_a_search_finds() -> None:
    items, targets = assortment(), (0.5, 0.8, 0.9, 0.97, 0.9999999)
    read = multipliers_for_fills(items, targets)
    fills = [items.line_fill(items.reorder_points(multiplier)) for multiplier in read.tolist()]
    assert fills[:-1] == pytest.approx(targets[:-1], abs=0.005)
    assert read[-1] == pytest.approx(multiplier_for_fill(items, targets[-1]))


def test_a_fill_rate_out_of_reach_puts_every_item_at_the_ceiling_and_one_below_all_at_the_floor() -> None:
    items = assortment()
    ceiling = items.reorder_points(multiplier_for_fill(items, 0.999999))
    assert ceiling == pytest.approx(items.demand.quantile(items.ceiling))
    floored = replace(items, floor=np.full(ITEMS, 0.9))
    floor = floored.reorder_points(multiplier_for_fill(floored, 0.01))
    assert floor == pytest.approx(items.demand.quantile(0.9))


def test_a_budget_is_spent_and_not_exceeded() -> None:
    items = assortment()
    least, most = (items.stock_value(items.demand.quantile(level)) for level in (0.01, items.ceiling))
    for budget in np.linspace(least, most, 5)[1:-1]:
        spent = items.stock_value(items.reorder_points(multiplier_for_budget(items, budget)))
        assert budget * 0.999 <= spent <= budget
    with pytest.raises(ValueError, match="needs unit costs"):
        multiplier_for_budget(replace(items, unit_cost=np.full(ITEMS, np.nan)), 1.0)


def test_expected_rates_are_about_what_simulation_finds() -> None:
    """Intermittent requests of several units, a lead time of four periods."""
    rng = np.random.default_rng(8)
    wait, count = 4, 1500
    demand = np.where(rng.random((count, 120)) < 0.3, rng.geometric(0.25, (count, 120)).astype(np.float64), 0.0)
    windows = np.sort(np.concatenate([demand[:, at : at + wait + 1].sum(axis=1) for at in range(0, 115, 5)]))
    known = ProtectionDemand(np.array([windows.mean()]), np.quantile(windows, PERCENT_LEVELS)[None])
    size, period = demand[demand > 0].mean(), demand.mean()
    for point in (6.0, 12.0, 20.0):
        s, lot = np.array([point]), np.array([8.0])
        every = np.full(count, point)
        ordering = fixed_quantity(every, np.full(count, 8.0))
        found = simulate(demand, np.full(count, wait), ordering, every + 4, measured_from=20)
        surplus = np.array([size - period])
        assert expected_unit_fill(known, s, lot, surplus).item() == pytest.approx(found.unit_fill, abs=0.015)
        assert expected_line_fill(known, s, lot, surplus).item() == pytest.approx(found.line_fill, abs=0.01)
        assert expected_stock(known, s, lot).item() == pytest.approx(found.mean_stock.mean(), rel=0.02)


@given(st.integers(0, 10_000), st.floats(1e-4, 0.5), st.floats(1.01, 5.0))
@settings(deadline=None, max_examples=25)
def test_a_larger_multiplier_never_fills_more_and_never_keeps_more(seed: int, multiplier: float, more: float) -> None:
    items = assortment(seed)
    low, high = items.reorder_points(multiplier), items.reorder_points(multiplier * more)
    assert (high <= low).all()
    assert items.line_fill(high) <= items.line_fill(low) + 1e-9
    assert items.unit_fill(high) <= items.unit_fill(low) + 1e-9
    assert items.stock_value(high) <= items.stock_value(low) * (1 + 1e-9)
