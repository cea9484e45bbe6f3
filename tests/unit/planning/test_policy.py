"""Policies of an assortment: against an independent library, and what must hold for every item."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stockpyl.newsvendor import newsvendor_normal, newsvendor_poisson

from nova_assets.planning.demand import PERCENT_LEVELS, ProtectionDemand
from nova_assets.planning.parameters import Method, Parameters
from nova_assets.planning.policy.allocation import spread_periods
from nova_assets.planning.policy.lots import LotCosts
from nova_assets.planning.policy.policies import Items, by_quantile, policies
from nova_assets.planning.policy.service import ServiceTargets

PARAMETERS = Parameters(
    targets=ServiceTargets(),
    fill_target=0.95,
    budget_brl=None,
    floor=0.5,
    costs=LotCosts(order_cost_brl=50.0, holding_rate=0.25, most_cover_months=12.0, unpriced_cover_months=1.0),
    method=None,
)


def items(count: int = 60, seed: int = 1, **other: object) -> Items:
    """Items of skewed demand, all with prices."""
    rng = np.random.default_rng(seed)
    weekly = rng.lognormal(1, 1.2, count)
    draws = np.sort(rng.gamma(1.2, 1 / 1.2, (count, 2_000)), axis=1) * 4 * weekly[:, None]
    known = Items(
        demand=ProtectionDemand(draws.mean(axis=1), np.quantile(draws, PERCENT_LEVELS, axis=1).T),
        protection_days=np.full(count, 28.0),
        weekly_mean=weekly,
        weekly_sd=weekly * rng.uniform(0.5, 2, count),
        request_size=rng.uniform(1, 20, count),
        unit_cost=rng.lognormal(3, 1.5, count),
        minimum=np.where(rng.random(count) < 0.3, 10.0, np.nan),
        multiple=np.where(rng.random(count) < 0.3, 5.0, np.nan),
        criticality=rng.choice(np.array(["H", "M", "L", None], dtype=object), count),
        abc_class=rng.choice(np.array(["A", "B", "C", None], dtype=object), count),
    )
    return replace(known, **other)


@given(st.floats(0.3, 500), st.integers(50, 99))
@settings(deadline=None, max_examples=60)
def test_the_reorder_point_of_poisson_demand_is_its_base_stock(mean: float, percent: int) -> None:
    levels = PERCENT_LEVELS.tolist()
    quantiles = [newsvendor_poisson(1 - level, level, mean)[0] for level in levels]
    demand = ProtectionDemand(np.array([mean]), np.array([quantiles], dtype=np.float64))
    level = levels[percent - 1]
    expected, _ = newsvendor_poisson(holding_cost=1 - level, stockout_cost=level, demand_mean=mean)
    assert by_quantile(demand, np.array([level]), np.array([1.0])).reorder_point.item() == pytest.approx(expected)


def test_the_reorder_point_of_normal_demand_is_its_base_stock_between_and_beyond_the_stored_levels() -> None:
    quantiles = [newsvendor_normal(1 - level, level, 100, 15)[0] for level in PERCENT_LEVELS.tolist()]
    demand = ProtectionDemand(np.array([100.0]), np.array([quantiles]))
    for level in (0.505, 0.9, 0.975, 0.985, 0.995):
        expected, _ = newsvendor_normal(holding_cost=1 - level, stockout_cost=level, demand_mean=100, demand_sd=15)
        assert by_quantile(demand, np.array([level]), np.array([1.0])).reorder_point.item() == pytest.approx(
            expected, rel=0.01
        )


@given(st.integers(0, 10_000))
@settings(deadline=None, max_examples=20)
def test_of_every_method_the_parts_add_up_exactly(seed: int) -> None:
    for policy in policies(items(20, seed), PARAMETERS).by_method.values():
        assert (policy.safety_stock == policy.reorder_point - policy.mean).all()
        assert (policy.order_up_to == policy.reorder_point + policy.order_quantity).all()
        assert (policy.reorder_point >= 0).all()
        assert (policy.order_quantity > 0).all()


@given(st.integers(0, 10_000), st.floats(0.5, 0.99), st.floats(0.001, 0.2))
@settings(deadline=None, max_examples=30)
def test_a_reorder_point_rises_with_the_target(seed: int, level: float, more: float) -> None:
    known = items(20, seed)
    low, high = np.full(20, level), np.full(20, min(level + more, 0.999))
    lot = np.ones(20)
    assert (
        by_quantile(known.demand, high, lot).reorder_point >= by_quantile(known.demand, low, lot).reorder_point
    ).all()


@given(st.integers(0, 10_000), st.integers(1, 20), st.floats(0.5, 0.99))
@settings(deadline=None, max_examples=30)
def test_a_reorder_point_rises_with_the_lead_time(seed: int, weeks: int, level: float) -> None:
    """The demand of one more week comes on top, whatever it is."""
    rng = np.random.default_rng(seed)
    weekly = rng.negative_binomial(0.5, 0.2, (500, weeks + 1)).astype(np.float64)
    shorter, longer = weekly[:, :-1].sum(axis=1), weekly.sum(axis=1)
    point, more = (
        by_quantile(
            ProtectionDemand(np.array([draws.mean()]), np.quantile(draws, PERCENT_LEVELS)[None]),
            np.array([level]),
            np.ones(1),
        ).reorder_point.item()
        for draws in (shorter, longer)
    )
    assert more >= point


def test_targets_are_the_table_s_for_service_and_for_the_classic_formula() -> None:
    known = items()
    by_method = policies(known, PARAMETERS).by_method
    targets = PARAMETERS.targets.of(known.criticality.tolist(), known.abc_class.tolist())
    assert (by_method[Method.SERVICE].target_service == targets).all()
    assert (by_method[Method.CLASSIC].target_service == targets).all()


def test_the_allocation_reaches_the_fill_target_and_asks_less_of_what_costs_more_and_scatters_more() -> None:
    known = items(criticality=np.full(60, "M", dtype=object), request_size=np.full(60, 5.0))
    found = policies(known, PARAMETERS)
    allocated = found.by_method[Method.ALLOCATED]
    fill = found.assortment.line_fill(allocated.reorder_point)
    assert fill == pytest.approx(0.95, abs=0.005)
    by_price = np.argsort(known.unit_cost * spread_periods(known.demand, known.daily_demand))
    assert (np.diff(allocated.target_service[by_price]) <= 0).all()
    assert allocated.target_service.min() >= PARAMETERS.floor


def test_the_allocation_keeps_to_a_budget_and_uses_it() -> None:
    free = policies(items(), PARAMETERS)
    budget = 0.8 * free.assortment.stock_value(free.by_method[Method.ALLOCATED].reorder_point)
    found = policies(items(), replace(PARAMETERS, budget_brl=budget))
    value = found.assortment.stock_value(found.by_method[Method.ALLOCATED].reorder_point)
    assert 0.98 * budget <= value <= budget


def test_an_item_without_a_price_is_planned_by_its_own_target_and_the_others_do_not_see_it() -> None:
    priced = items()
    costs = priced.unit_cost.copy()
    costs[:10] = np.nan
    found = policies(replace(priced, unit_cost=costs), PARAMETERS)
    assert set(found.served[:10]) == {Method.SERVICE}
    assert set(found.served[10:]) == {Method.ALLOCATED}
    assert len(found.assortment.demand) == 50
    assert np.isnan(found.eoq[:10]).all()
    assert (found.planned.reorder_point[:10] == found.by_method[Method.SERVICE].reorder_point[:10]).all()
    assert (found.planned.reorder_point[10:] == found.by_method[Method.ALLOCATED].reorder_point[10:]).all()


def test_without_any_price_all_are_planned_by_their_own_targets() -> None:
    found = policies(items(unit_cost=np.full(60, np.nan)), replace(PARAMETERS, budget_brl=1_000.0))
    assert set(found.served) == {Method.SERVICE}
    assert np.isfinite(found.multiplier)


def test_a_company_may_plan_by_any_one_method() -> None:
    found = policies(items(), replace(PARAMETERS, method=Method.CLASSIC))
    assert set(found.served) == {Method.CLASSIC}
    assert (found.planned.safety_stock == found.by_method[Method.CLASSIC].safety_stock).all()


def test_an_item_that_nobody_is_expected_to_ask_for_is_not_stocked_and_disturbs_nobody() -> None:
    known = items()
    mean, quantiles = known.demand.mean.copy(), known.demand.quantiles.copy()
    mean[0], quantiles[0] = 0.0, 0.0
    found = policies(replace(known, demand=ProtectionDemand(mean, quantiles)), PARAMETERS)
    assert found.planned.order_up_to[0] == 0
    assert np.isfinite(found.multiplier)
    nobody = policies(replace(known, demand=ProtectionDemand(mean * 0, quantiles * 0)), PARAMETERS)
    assert (nobody.planned.order_up_to == 0).all()
