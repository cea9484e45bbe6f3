"""Lots against published examples, an independent library, and what every lot must be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stockpyl.eoq import economic_order_quantity as oracle

from nova_assets.planning.policy.lots import LotCosts, economic_order_quantity, rounded_lot, usual_lot
from nova_assets.planning.policy.ordering import order_quantities

COSTS = LotCosts(order_cost_brl=50.0, holding_rate=0.25, most_cover_months=12.0, unpriced_cover_months=1.0)
amounts = st.floats(0.01, 1e6)


def eoq(demand: float, order_cost: float, unit_cost: float, rate: float) -> float:
    return economic_order_quantity(np.array([demand]), order_cost, np.array([unit_cost]), rate).item()


def one(*values: float) -> list[np.ndarray]:
    return [np.array([value], dtype=np.float64) for value in values]


def test_the_lot_of_harris() -> None:
    """Harris (1913): 1,000 units a month, $2 a set-up, 10 cents a unit, a tenth a year: 2,190 units."""
    assert int(eoq(12_000, 2.0, 0.10, 0.10)) == 2_190


def test_the_lot_of_silver_pyke_and_peterson() -> None:
    """Silver, Pyke & Peterson (1998), section 5.2: 2,400 units a year, $3.20, $0.40 a unit, 24 % a year: 400 units."""
    assert eoq(2_400, 3.20, 0.40, 0.24) == pytest.approx(400)


def test_the_lot_of_snyder_and_shen() -> None:
    """Snyder & Shen (2019), example 3.1: 1,300 units a year, $8, $0.225 a unit and year: 304.05 units."""
    assert eoq(1_300, 8.0, 0.75, 0.30) == pytest.approx(304.05, abs=0.01)


@given(amounts, amounts, amounts, st.floats(0.01, 2))
@settings(deadline=None, max_examples=50)
def test_the_lot_is_that_of_an_independent_library(demand: float, order_cost: float, unit_cost: float, rate: float):
    expected, _ = oracle(fixed_cost=order_cost, holding_cost=rate * unit_cost, demand_rate=demand)
    assert eoq(demand, order_cost, unit_cost, rate) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("cost", [float("nan"), 0.0])
def test_without_a_price_there_is_no_economic_lot(cost: float) -> None:
    assert np.isnan(eoq(1_000, 50, cost, 0.25))


@pytest.mark.parametrize(
    ("quantity", "minimum", "multiple", "lot"),
    [
        (7, np.nan, np.nan, 7),
        (7.2, np.nan, np.nan, 8),
        (7, 10, np.nan, 10),
        (7, np.nan, 6, 12),
        (7, 10, 6, 12),
        (13, 10, 6, 18),
        (0, 10, 6, 0),
        (-5, 10, 6, 0),
        (0.7, np.nan, 0.1, 0.7),  # seven tenths, of which 0.7 ÷ 0.1 has one bit too many
        (2.5, 0, 0, 3),
    ],
)
def test_lots_are_what_a_supplier_sells(quantity: float, minimum: float, multiple: float, lot: float) -> None:
    assert rounded_lot(*one(quantity, minimum, multiple)).item() == pytest.approx(lot)


@given(amounts, st.one_of(st.just(np.nan), amounts), st.one_of(st.just(np.nan), st.floats(0.1, 1e4)))
@settings(deadline=None, max_examples=100)
def test_a_lot_is_enough_whole_and_no_larger_than_it_must_be(quantity: float, minimum: float, multiple: float):
    lot = rounded_lot(*one(quantity, minimum, multiple)).item()
    pack = 1.0 if np.isnan(multiple) else multiple
    least = max(quantity, 0.0 if np.isnan(minimum) else minimum)
    assert lot >= least - 1e-6 * pack
    assert lot < least + pack
    assert lot / pack == pytest.approx(round(lot / pack), abs=1e-6)


def test_a_usual_order_lasts_no_longer_than_the_cover_unless_the_supplier_sells_no_less() -> None:
    annual = np.full(4, 120.0)
    eoqs = np.array([50.0, 500.0, 500.0, np.nan])
    minimum = np.array([np.nan, np.nan, 300.0, np.nan])
    assert usual_lot(eoqs, annual, minimum, np.full(4, np.nan), COSTS).tolist() == [50, 120, 300, 10]


def test_nothing_is_ordered_of_what_nobody_is_expected_to_ask_for() -> None:
    assert usual_lot(*one(0.0, 0.0, 25.0, 5.0), costs=COSTS).item() == 0.0


def test_an_order_fills_up_to_the_target_from_the_reorder_point_down() -> None:
    position = np.array([21.0, 20.0, 7.5, -3.0])
    point, target = np.full(4, 20.0), np.full(4, 50.0)
    packs = order_quantities(position, point, target, np.full(4, np.nan), np.full(4, 10.0))
    assert packs.tolist() == [0, 30, 50, 60]
    hundred = order_quantities(position, point, target, np.full(4, 100.0), np.full(4, np.nan))
    assert hundred.tolist() == [0, 100, 100, 100]


@given(st.floats(-1e4, 1e4), st.floats(0, 1e3), amounts, st.floats(0.1, 100))
@settings(deadline=None, max_examples=100)
def test_after_an_order_the_position_is_at_least_the_target_and_less_than_a_pack_beyond(
    position: float, point: float, quantity: float, multiple: float
):
    ordered = order_quantities(*one(position, point, point + quantity, np.nan, multiple)).item()
    if position > point:
        assert ordered == 0
    else:
        assert -1e-6 * multiple <= position + ordered - (point + quantity) < multiple
