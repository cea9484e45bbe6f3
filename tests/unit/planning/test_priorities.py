"""Priorities against the formula by hand, and what they must never do."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nova_assets.planning.recommendations.priorities import money_at_risk, priorities


def priority(action: str, chance: float, criticality: str | None, towers: float, money: float) -> float:
    one = np.array
    return float(
        priorities(
            one([action], dtype=object),
            one([chance]),
            one([criticality], dtype=object),
            one([towers]),
            one([money]),
            10_000.0,
        )[0]
    )


def test_a_critical_item_of_towers_that_is_out_with_much_money_comes_first():
    """0.7 · 1 · 1 · 1 + 0.3 · 30,000 ÷ 40,000."""
    assert priority("order", 1.0, "H", 1.0, 30_000.0) == pytest.approx(92.5)


def test_chance_criticality_and_towers_each_take_their_part():
    """0.7 · 0.5 · 0.6 · 0.75 + 0.3 · ½."""
    assert priority("expedite", 0.5, "L", 0.5, 10_000.0) == pytest.approx(30.75)
    assert priority("transfer", 0.5, None, 0.5, 10_000.0) == priority("transfer", 0.5, "M", 0.5, 10_000.0)


def test_without_a_price_the_service_is_all_that_counts():
    assert priority("order", 0.5, "M", 1.0, np.nan) == pytest.approx(40.0)
    assert priority("hold", 0.0, "M", 1.0, np.nan) == 0.0


def test_too_much_counts_by_its_money_and_nothing_to_do_by_nothing():
    assert priority("dead_stock", 0.0, "H", 1.0, 10_000.0) == pytest.approx(15.0)
    assert priority("none", 0.9, "H", 1.0, 10_000.0) == 0.0


@given(
    st.sampled_from(["order", "hold", "none"]),
    st.floats(0, 1),
    st.floats(0, 1),
    st.floats(0, 1e9),
    st.floats(1, 2),
)
def test_a_priority_lies_between_0_and_100_and_more_money_never_lowers_it(
    action: str, chance: float, towers: float, money: float, times: float
):
    low, high = (priority(action, chance, "H", towers, value) for value in (money, money * times))
    assert 0 <= low <= high <= 100


def test_money_at_risk_is_what_is_unmet_or_what_is_too_much():
    action = np.array(["order", "dead_stock", "order"], dtype=object)
    found = money_at_risk(action, np.array([2.0, 0.0, 1.0]), np.array([9.0, 7.0, 0.0]), np.array([5.0, 3.0, np.nan]))
    assert found[:2].tolist() == [10.0, 21.0]
    assert np.isnan(found[2])
