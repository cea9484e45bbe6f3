"""What is proposed, item by item, against cases that are reckoned by hand; and that every explanation adds up."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nova_assets.planning.columns import UNITS
from nova_assets.planning.recommendations.explanations import codes_json, explain, lines_json
from nova_assets.planning.recommendations.proposals import NOT_KNOWN, propose
from tests.unit.planning.proposals import RULES, items, transfers

PLACES = [(0, 40.0, 40.0, 5.0, 15.0, 0.0), (0, 0.0, 0.0, 8.0, 18.0, 0.6), (0, 2.0, 2.0, 4.0, 9.0, 0.3)]
"""A central place with 25 too many, one with nothing, which lacks 18, and one that lacks 7."""


def proposed(**unusual: Any) -> tuple[str, str, float, dict[str, float]]:
    """Action, reason, quantity and lines of the usual item but for what is said of it."""
    places = unusual.pop("places", [])
    one, moves = items(unusual), transfers(places, 1)
    made = propose(one, moves, RULES)
    told = json.loads(lines_json(explain(one, made, moves), pa.array(["UN"]))[0].as_py())
    assert {line["unit"] for line in told} <= {"UN"}
    return made.action[0], made.reason[0], made.quantity[0] / UNITS, {line["code"]: line["value"] for line in told}


def test_an_order_brings_what_there_is_and_comes_to_the_target_in_whole_lots():
    """50 − 12 on hand − 5 on order = 33, in packs of ten 40."""
    action, reason, quantity, lines = proposed(on_hand=12.0, on_order=5.0, multiple=10.0)
    assert (action, reason, quantity) == ("order", "below_reorder_point", 40.0)
    assert lines == {
        "lead_time_demand": 10.0,
        "review_period_demand": 4.0,
        "safety_stock": 6.0,
        "order_quantity": 30.0,
        "on_hand": -12.0,
        "on_order": -5.0,
        "rounding": 7.0,
    }


def test_a_minimum_is_told_apart_from_the_rounding():
    """38 are wanted, 60 the least, sold by 25."""
    action, _, quantity, lines = proposed(on_hand=12.0, minimum=60.0, multiple=25.0)
    assert (action, quantity) == ("order", 75.0)
    assert (lines["minimum_order"], lines["rounding"]) == (22.0, 15.0)


def test_what_nobody_should_wait_for_any_longer_is_ordered_again():
    """Of the fifteen on order, ten are lost: 12 + 5 lie below 20."""
    action, _, quantity, lines = proposed(on_hand=12.0, on_order=15.0, late=15.0, lost=10.0)
    assert (action, quantity) == ("order", 33.0)
    assert (lines["on_order"], lines["lost_on_order"]) == (-15.0, 10.0)


def test_late_supply_is_no_cover_and_is_chased_instead_of_ordered_twice():
    """12 are there, below 20; with the 15 that are late it would be enough."""
    action, reason, quantity, lines = proposed(on_hand=12.0, on_order=15.0, late=15.0)
    assert (action, reason, quantity) == ("expedite", "late_supply", 15.0)
    assert lines == {
        "lead_time_demand": 10.0,
        "review_period_demand": 4.0,
        "safety_stock": 6.0,
        "on_hand": -12.0,
        "on_order": -15.0,
        "late_on_order": 15.0,
        "beyond_reorder_point": 7.0,
    }
    on_time = proposed(on_hand=12.0, on_order=15.0)
    assert (on_time[0], on_time[1]) == ("none", "above_reorder_point")


def test_supply_that_comes_after_stock_has_run_out_is_chased():
    action, reason, quantity, lines = proposed(on_hand=5.0, on_order=30.0, too_late=30.0, out_q50=4.0)
    assert (action, reason, quantity) == ("expedite", "arrives_too_late", 30.0)
    assert lines == {"arrives_after_stockout": 30.0}


def test_what_is_requested_is_not_ordered_again_and_is_chased_once_it_is_critical():
    action, reason, quantity, lines = proposed(on_hand=12.0, requested=20.0)
    assert (action, reason, quantity) == ("none", "requested", 0.0)
    assert lines["above_reorder_point"] == 12.0
    assert sum(lines.values()) == 0
    critical = proposed(on_hand=2.0, requested=30.0, out_q50=3.0)
    assert critical[:3] == ("expedite", "request_waits", 30.0)


def test_a_place_that_lacks_an_item_gets_it_from_the_one_with_most_to_spare():
    action, reason, quantity, lines = proposed(on_hand=42.0, places=PLACES)
    assert (action, reason, quantity) == ("transfer", "place_short", 18.0)
    assert lines == {"surplus_at_source": 25.0, "not_needed": -7.0}
    moves = transfers(PLACES, 1)
    assert (moves.source[0], moves.target[0]) == (0, 1)


def test_a_transfer_does_not_take_the_place_of_an_order():
    assert proposed(on_hand=12.0, places=PLACES)[0] == "order"


def test_pieces_are_moved_whole_and_metres_as_they_are():
    whole = [(0, 40.0, 40.0, 5.0, 15.0, 0.0), (0, 1.0, 1.0, 3.25, 9.75, 0.6)]
    assert proposed(places=whole)[2] == 8.0
    metres = [(0, 40.5, 40.5, 5.0, 15.0, 0.0), (0, 1.0, 1.0, 3.25, 9.75, 0.6)]
    assert proposed(places=metres)[2] == 8.75


def test_a_place_without_levels_of_its_own_needs_nothing():
    assert proposed(places=[(0, 40.0, 40.0, 5.0, 15.0, 0.0), (0, 0.0, 0.0, 0.0, 0.0, np.nan)])[0] == "none"


def test_an_open_order_far_beyond_the_target_is_reduced_by_whole_lots_of_what_is_open():
    """70 + 40 lie 60 above 50, more than an order of 30; 40 of it are not here yet, three packs of 12."""
    action, reason, quantity, lines = proposed(on_hand=70.0, on_order=40.0, multiple=12.0)
    assert (action, reason, quantity) == ("reduce", "above_order_up_to", 36.0)
    assert lines == {
        "lead_time_demand": -10.0,
        "review_period_demand": -4.0,
        "safety_stock": -6.0,
        "order_quantity": -30.0,
        "on_hand": 70.0,
        "on_order": 40.0,
        "here_already": -20.0,
        "rounding": -4.0,
    }


def test_orders_of_a_blocked_item_are_reduced_though_it_has_no_levels():
    action, reason, quantity, _ = proposed(planned=False, blocked=True, on_hand=0.0, on_order=7.0)
    assert (action, reason, quantity) == ("reduce", "blocked", 7.0)


def test_more_than_an_order_above_the_target_is_held():
    action, reason, quantity, lines = proposed(on_hand=90.0)
    assert (action, reason, quantity) == ("hold", "excess", 40.0)
    assert lines["on_hand"] == 90.0
    assert proposed(on_hand=80.0)[0] == "none"


def test_stock_that_nobody_asked_for_in_a_year_is_dead_but_for_critical_spares():
    silent = {"planned": False, "active": False, "on_hand": 9.0, "silent_days": 365.0}
    assert proposed(**silent) == ("dead_stock", "no_demand", 9.0, {"on_hand": 9.0})
    assert proposed(**silent | {"criticality": "H"})[:3] == ("hold", "critical_spare", 9.0)
    assert proposed(**silent | {"silent_days": 364.0})[:2] == ("none", "inactive")
    assert proposed(**silent | {"on_hand": 0.0})[:2] == ("none", "inactive")


@pytest.mark.parametrize(
    ("unusual", "reason"),
    [
        ({"service": True, "planned": False, "known": False}, "service"),
        ({"blocked": True, "planned": False}, "blocked"),
        ({"planned": False, "active": False, "on_hand": 0.0}, "inactive"),
        ({"planned": False}, "no_forecast"),
        ({}, "above_reorder_point"),
    ],
)
def test_where_nothing_is_proposed_the_reason_is_told(unusual: dict[str, Any], reason: str):
    assert proposed(**unusual)[:3] == ("none", reason, 0.0)


def test_why_nothing_is_to_be_done_adds_up_to_nothing():
    _, _, _, lines = proposed(on_hand=30.0)
    assert lines == {
        "lead_time_demand": 10.0,
        "review_period_demand": 4.0,
        "safety_stock": 6.0,
        "on_hand": -30.0,
        "above_reorder_point": 10.0,
    }


def test_without_stock_the_levels_are_told_and_no_quantity():
    one = items({"known": False, "on_hand": 0.0})
    made = propose(one, transfers([], 1), RULES)
    assert (made.action[0], made.reason[0], made.quantity[0]) == ("none", "stock_not_in_source", NOT_KNOWN)
    assert explain(one, made, transfers([], 1)).total[0] == 50 * UNITS


def test_the_last_day_to_order_is_the_lead_time_before_stock_runs_out_and_may_have_passed():
    two = items({"out_q90": 20.0, "out_q50": 30.0}, {"out_q90": 5.0}, {})
    assert two.order_by(0.9)[:2].tolist() == [6.0, -9.0]
    assert two.order_by(0.5)[0] == 16.0
    assert np.isnan(two.order_by(0.9)[2])
    assert two.critical.tolist() == [False, False, False]
    assert items({"out_q50": 14.0}).critical[0]


quantities = st.decimals(0, 500, places=4).map(float)
cases: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "planned": st.booleans(),
        "service": st.booleans(),
        "blocked": st.booleans(),
        "active": st.booleans(),
        "known": st.booleans(),
        "criticality": st.sampled_from(["H", "M", "L", None]),
        "lead_time_demand": st.floats(0, 100),
        "expected_demand": st.floats(0, 200),
        "reorder_point": st.floats(0, 300),
        "on_hand": quantities,
        "on_order": quantities,
        "requested": quantities,
        "minimum": st.sampled_from([np.nan, 3.0, 25.0]),
        "multiple": st.sampled_from([np.nan, 0.5, 4.0, 12.0]),
        "out_q50": st.sampled_from([np.nan, 2.0, 90.0]),
        "silent_days": st.sampled_from([1.0, 400.0]),
    }
)


@st.composite
def any_item(draw: st.DrawFn) -> dict[str, Any]:
    case = draw(cases)
    late = round(case["on_order"] * draw(st.sampled_from([0.0, 0.5, 1.0])), 4)
    lost = round(late * draw(st.sampled_from([0.0, 0.25, 1.0])), 4)
    more = draw(st.floats(0, 100))
    return {
        **case,
        "late": late,
        "lost": lost,
        "too_late": 0.0 if np.isnan(case["out_q50"]) else round(case["on_order"] - late, 4),
        "order_up_to": case["reorder_point"] + more,
    }


@given(st.lists(any_item(), min_size=1, max_size=20))
@settings(deadline=None, max_examples=80)
def test_explanations_add_up_exactly_and_orders_are_whole_lots(cases: list[dict[str, Any]]):
    unknown_stock = {"on_hand": 0.0, "on_order": 0.0, "late": 0.0, "lost": 0.0, "too_late": 0.0}
    some = items(*(case if case["known"] else case | unknown_stock for case in cases))
    places = [(number, 90.0, 90.0, 5.0, 15.0, 0.0) for number in range(len(cases))]
    moves = transfers([*places, *((item, 1.0, 1.0, 5.0, 20.25, 0.5) for item, *_ in places)], len(cases))
    made = propose(some, moves, RULES)
    told = lines_json(explain(some, made, moves), pa.array(["M²"] * len(cases))).to_pylist()
    for case, text, action, reason, quantity in zip(cases, told, made.action, made.reason, made.quantity, strict=True):
        assert reason
        if quantity == NOT_KNOWN:
            assert not case["known"]
            continue
        total = sum((Decimal(line["value"]) for line in json.loads(text, parse_float=str)), Decimal(0))
        assert total == Decimal(int(quantity)) / UNITS
        assert (action == "none") == (quantity == 0)
        if action == "order":
            pack = case["multiple"] if case["multiple"] > 0 else 1.0
            assert quantity / UNITS >= np.nan_to_num(case["minimum"])
            assert quantity % round(pack * UNITS) == 0


def test_codes_and_units_are_written_as_json_whatever_they_hold():
    both = codes_json([("a", np.array([True, False])), ("b", np.array([True, False]))])
    assert [json.loads(text) for text in both.to_pylist()] == [["a", "b"], []]
    one = items({"on_hand": 12.0})
    made = propose(one, transfers([], 1), RULES)
    text = lines_json(explain(one, made, transfers([], 1)), pa.array(['12" \\ m²']))[0].as_py()
    assert json.loads(text)[0]["unit"] == '12" \\ m²'
