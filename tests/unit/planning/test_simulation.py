"""Policies followed through demand: by hand, beside stockpyl's simulation, and against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from stockpyl.loss_functions import poisson_loss
from stockpyl.sim import simulation
from stockpyl.supply_chain_network import single_stage_system

from nova_assets.planning.what_if.simulation import (
    Ordering,
    at_each_review,
    drawn_lead_times,
    fixed_quantity,
    in_lots,
    simulate,
    up_to,
)

DEMAND = np.array([[2.0, 0.0, 3.0, 1.0, 0.0, 4.0]])
ONE = np.array([1])


def one(value: float) -> np.ndarray:
    return np.array([value])


def test_six_periods_by_hand() -> None:
    """s = 2, S = 5, a lead time of one period, one unit in stock.

    Period 0: one of two units is served; the position is −1, six are ordered. Period 1: nothing, one unit waits.
    Period 2: six arrive, one goes to who waited, three are served, two stay; three are ordered. Period 3: one served,
    one stays. Period 4: three arrive. Period 5: four served, nothing stays, five are ordered.
    """
    found = simulate(DEMAND, ONE, up_to(one(2.0), one(5.0)), one(1.0))
    assert (found.requested[0], found.served[0]) == (10.0, 9.0)
    assert (found.requests[0], found.filled[0]) == (4, 3)
    assert (found.cycles[0], found.short_cycles[0]) == (2, 1)
    assert found.mean_stock[0] == pytest.approx((0 + 0 + 2 + 1 + 4 + 0) / 6)
    assert (found.stockout_periods[0], found.orders[0]) == (2, 3)
    assert (found.start[0], found.received[0], found.delivered[0], found.end[0]) == (1.0, 9.0, 10.0, 0.0)
    assert (found.unit_fill, found.line_fill, found.cycle_service) == (0.9, 0.75, 0.5)
    assert found.stock_value(one(6.0)) == pytest.approx(7.0)


def test_only_the_measured_periods_count_and_the_state_before_them_stays() -> None:
    """From period 3 on the same six periods: two requests, both served, one arrival without a shortage before it."""
    found = simulate(DEMAND, ONE, up_to(one(2.0), one(5.0)), one(1.0), measured_from=3)
    assert (found.periods, found.requests[0], found.filled[0]) == (3, 2, 2)
    assert (found.cycles[0], found.short_cycles[0]) == (1, 0)
    assert (found.start[0], found.received[0], found.delivered[0], found.end[0]) == (2.0, 3.0, 5.0, 0.0)
    assert found.mean_stock[0] == pytest.approx(5 / 3)


def test_a_position_far_below_takes_several_lots() -> None:
    """Nine units at once, s = 2 and Q = 4: from −8, three lots bring the position to 4, two only to 0."""
    found = simulate(np.array([[9.0, 0.0]]), np.array([0]), fixed_quantity(one(2.0), one(4.0)), one(1.0))
    assert found.received[0] == 12.0


def test_items_are_looked_at_in_review_periods_only() -> None:
    demand = np.array([[0.0, 1.0, 1.0, 1.0, 1.0, 1.0]])
    found = simulate(demand, np.array([0]), at_each_review(one(3.0)), one(3.0), review_periods=3)
    assert (found.orders[0], found.received[0]) == (1, 3.0)


def test_orders_are_made_in_the_lots_that_are_sold() -> None:
    """Up to 5 from 1.5: whole units, at least six, by eights."""
    point, unknown = np.full(3, 2.0), np.nan
    ordering = in_lots(point, point + 3, np.array([unknown, 6.0, unknown]), np.array([unknown, unknown, 8.0]))
    assert ordering(0, np.full(3, 1.5)).tolist() == [4.0, 6.0, 8.0]
    assert not ordering(0, np.full(3, 2.1)).any()


def test_a_reorder_point_may_change_from_period_to_period() -> None:
    points = np.array([[0.0, 0.0, 5.0]])
    found = simulate(np.array([[1.0, 1.0, 1.0]]), np.array([0]), up_to(points, points + 2), one(4.0))
    assert found.orders[0] == 1


def test_what_cannot_be_simulated_is_refused() -> None:
    ordering = at_each_review(one(1.0))
    with pytest.raises(ValueError, match="Nothing is measured"):
        simulate(DEMAND, ONE, ordering, one(1.0), measured_from=6)
    with pytest.raises(ValueError, match="below zero"):
        simulate(-DEMAND, ONE, ordering, one(1.0))


@pytest.mark.parametrize(
    ("ordering", "same"),
    [
        (up_to(one(7.0), one(15.0)), {"policy_type": "sS", "reorder_point": 7, "order_up_to_level": 15}),
        (fixed_quantity(one(7.0), one(20.0)), {"policy_type": "rQ", "reorder_point": 7, "order_quantity": 20}),
        (at_each_review(one(12.0)), {"policy_type": "BS", "base_stock_level": 12}),
    ],
    ids=["(s, S)", "(s, Q)", "(R, S)"],
)
def test_stockpyl_sees_the_same_happen(ordering: Ordering, same: dict) -> None:
    """Its lead time counts from the period of the order, which ours leaves out."""
    demand = np.random.default_rng(7).poisson(1.7, 60).astype(float)
    system = single_stage_system(
        demand_type="D", demand_list=demand.tolist(), shipment_lead_time=3, initial_inventory_level=4, **same
    )
    simulation(system, len(demand), rand_seed=1, progress_bar=False)
    states = system.nodes[0].state_vars[: len(demand)]
    levels = np.array([next(iter(state.inventory_level.values())) for state in states])
    ordered = np.array([sum(sum(of.values()) for of in state.order_quantity.values()) for state in states])
    served = np.array([next(iter(state.demand_met_from_stock.values())) for state in states])

    found = simulate(demand[None], np.array([2]), ordering, one(4.0))
    assert found.served[0] == pytest.approx(served.sum())
    assert found.orders[0] == (ordered > 0).sum()
    assert found.mean_stock[0] == pytest.approx(np.maximum(levels, 0).mean())
    assert found.stockout_periods[0] == (levels < 0).sum()


def test_base_stock_against_poisson_demand_has_the_fill_rate_of_the_closed_form() -> None:
    """Short units of a period are E[(D₄ − S)⁺] − E[(D₃ − S)⁺], D_n the demand of n periods, with L = 3 and R = 1."""
    mean, level, lead_time = 0.8, 6.0, 3
    demand = np.random.default_rng(11).poisson(mean, (3000, 60)).astype(float)
    found = simulate(
        demand, np.full(3000, lead_time), at_each_review(np.full(3000, level)), np.full(3000, level), measured_from=10
    )
    before, after = (poisson_loss(level, mean * periods)[0] for periods in (lead_time, lead_time + 1))
    assert found.unit_fill == pytest.approx(1 - (after - before) / mean, abs=0.004)
    assert found.mean_stock.mean() == pytest.approx(level - mean * (lead_time + 1) + after, rel=0.01)


def test_lead_times_are_drawn_with_their_mean_and_their_ninetieth_percentile() -> None:
    days = drawn_lead_times(np.full(400, 30.0), np.full(400, 50.0), 200, 1.0, np.random.default_rng(3))
    assert days.mean() == pytest.approx(30.5, rel=0.02)
    assert np.quantile(days, 0.9) == pytest.approx(50.0, abs=1.5)
    certain = drawn_lead_times(np.array([14.0]), np.array([14.0]), 50, 7.0, np.random.default_rng(3))
    assert (certain == 2).all()


def test_orders_that_overtake_each_other_all_arrive() -> None:
    waits = np.array([[3, 0, 0, 0, 0, 0]])
    found = simulate(np.array([[5.0, 5.0, 0.0, 0.0, 0.0, 0.0]]), waits, at_each_review(one(5.0)), one(5.0))
    assert (found.received[0], found.delivered[0], found.end[0]) == (10.0, 10.0, 5.0)


DEMANDS = arrays(np.int64, (5, 30), elements=st.integers(0, 20))


@given(DEMANDS, st.integers(0, 4), st.integers(0, 30), st.integers(1, 25), st.integers(1, 3))
@hypothesis_settings(deadline=None, max_examples=60)
def test_nothing_is_lost_and_nothing_is_made(raw: np.ndarray, wait: int, point: int, lot: int, review: int) -> None:
    demand, s = raw.astype(float), np.full(5, float(point))
    for ordering in (up_to(s, s + lot), fixed_quantity(s, np.full(5, float(lot)))):
        found = simulate(demand, np.full(5, wait), ordering, s + lot, review, measured_from=8)
        assert found.start + found.received - found.delivered == pytest.approx(found.end)
        assert (found.served <= found.requested).all()
        assert (found.filled <= found.requests).all()
        assert (found.end >= 0).all()


@given(DEMANDS, st.integers(0, 4), st.integers(0, 20), st.integers(1, 25))
@hypothesis_settings(deadline=None, max_examples=60)
def test_a_higher_base_stock_never_serves_less(raw: np.ndarray, wait: int, level: int, more: int) -> None:
    demand, low = raw.astype(float), np.full(5, float(level))
    served = [simulate(demand, np.full(5, wait), at_each_review(s), s).served for s in (low, low + more)]
    assert (served[0] <= served[1]).all()
