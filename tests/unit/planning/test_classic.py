"""The classic formula against a textbook's figures and an independent library."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stockpyl.newsvendor import newsvendor_normal

from nova_assets.planning.policy.classic import classic_reorder_point, safety_factor


def point(mean: float, sd: float, weeks: float, service: float) -> float:
    return classic_reorder_point(*(np.array([value]) for value in (mean, sd, weeks, service))).item()


def test_the_reorder_point_of_chase_and_jacobs() -> None:
    """Chase, Jacobs & Aquilano (2006), Operations Management for Competitive Advantage, fixed order quantity with
    safety stock: 4 units a day, 15 days, σ over the lead time 25, 95 %: 101 units."""
    assert point(4, 25 / 15**0.5, 15, 0.95) == pytest.approx(101, abs=0.2)


def test_safety_factors_are_those_of_the_table() -> None:
    assert safety_factor(np.array([0.5, 0.9, 0.95, 0.99])) == pytest.approx([0, 1.2816, 1.6449, 2.3263], abs=1e-4)


@given(st.floats(0.1, 1e4), st.floats(0.01, 1e4), st.integers(0, 30), st.floats(0.5, 0.999))
@settings(deadline=None, max_examples=50)
def test_over_lead_time_and_review_period_it_is_the_base_stock_of_normal_demand(
    mean: float, sd: float, lead_time: int, service: float
):
    base_stock, _ = newsvendor_normal(
        holding_cost=1 - service, stockout_cost=service, demand_mean=mean, demand_sd=sd, lead_time=lead_time
    )
    assert point(mean, sd, lead_time + 1, service) == pytest.approx(base_stock, rel=1e-6)


@given(st.floats(0, 1e4), st.floats(0, 1e4), st.floats(0.1, 50), st.floats(0.5, 0.99))
@settings(deadline=None, max_examples=50)
def test_it_rises_with_service_and_with_the_weeks(mean: float, sd: float, weeks: float, service: float):
    here = point(mean, sd, weeks, service)
    assert point(mean, sd, weeks, service + 0.005) >= here
    assert point(mean, sd, weeks * 1.1, service) >= here


def test_it_is_never_below_nothing() -> None:
    assert point(1, 50, 1, 0.1) == 0
