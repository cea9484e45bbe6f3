"""The simulated company behind the demo ERP: the same seed lives the same days, and its books add up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nova_local.erp import text
from nova_local.erp.frames import Frame, allocate, concat, rank_in_group, take
from nova_local.erp.items import rounded, rounded_moments
from nova_local.erp.movements import CODES
from nova_local.erp.receipts import RETURNED
from nova_local.erp.scales import SCALES, scale_of
from nova_local.erp.simulation import live
from nova_local.erp.state import DIRT, State, first_state, pack, unpack
from nova_local.erp.today import SECONDS, Ledger
from nova_local.erp.world import EPOCH, World, make_world, next_weekday, weekday
from nova_local.errors import LocalError

SEED = 11


@dataclass(frozen=True)
class History:
    """A finished year: `rows` as they are now, `written` as they were first entered."""

    world: World
    state: State
    rows: Mapping[str, Frame]
    written: Mapping[str, Frame]

    def dirt(self, kind: str) -> tuple[int, int]:
        planted, mended = self.state.dirt[DIRT.index(kind)].tolist()
        return planted, mended


@pytest.fixture(scope="module")
def year() -> History:
    world = make_world(SCALES["small"], SEED)
    state, ledger = first_state(world), Ledger()
    for _ in range(365):
        live(world, state, ledger)
        assert (state.shelf >= 0).all()
        assert (state.book >= 0).all()
    written = {table: concat(frames) for table, frames in ledger.inserts.items()}
    return History(world, state, {table: ledger.rows(table) for table in written}, written)


def days_of(seed: int, days: int, state: State | None = None) -> tuple[State, Ledger]:
    world, ledger = make_world(SCALES["small"], seed), Ledger()
    state = state or first_state(world)
    for _ in range(days):
        live(world, state, ledger)
    return state, ledger


def same(one: Frame, other: Frame) -> bool:
    return all(np.array_equal(one[name], other[name]) for name in one)


def test_the_same_seed_lives_the_same_days_and_another_seed_does_not() -> None:
    (_, one), (_, again), (_, other) = days_of(3, 30), days_of(3, 30), days_of(4, 30)
    for table, frames in one.inserts.items():
        assert same(concat(frames), concat(again.inserts[table]))
    assert not np.array_equal(concat(one.inserts["sd3010"])["item"], concat(other.inserts["sd3010"])["item"])


def test_a_company_that_was_put_away_for_a_night_goes_on_as_if_nothing_had_happened() -> None:
    whole_state, whole = days_of(3, 90)
    state, first = days_of(3, 50)
    state, second = days_of(3, 40, unpack(pack(state)))
    assert pack(state) == pack(whole_state)
    for table, frames in whole.inserts.items():
        assert same(concat(frames), concat([*first.inserts[table], *second.inserts[table]]))
    for table, frames in whole.changes.items():
        assert same(concat(frames), concat([*first.changes[table], *second.changes[table]]))


def test_opening_receipts_issues_transfers_and_adjustments_add_up_to_every_balance(year: History) -> None:
    balance = np.zeros_like(year.state.book)
    moves = year.rows["sd3010"]
    valid = take(moves, (moves["deleted"] == 0) & (moves["reversed"] == 0))
    incoming = np.array([code < "500" for code in CODES])[valid["kind"]]
    np.add.at(balance, (valid["item"], valid["location"]), np.where(incoming, 1, -1) * valid["quantity"])
    receipts = once(stocked(year.rows["sd1010"]))
    sign = np.where(receipts["kind"] == RETURNED, -1, 1)
    np.add.at(balance, (receipts["item"], receipts["location"]), sign * receipts["quantity"])
    assert np.array_equal(balance, year.state.book)


def stocked(rows: Frame) -> Frame:
    return take(rows, rows["location"] >= 0)


def once(receipts: Frame) -> Frame:
    """Without the lines that were entered twice: an invoice has each line number once."""
    keys = receipts["invoice"] * 10_000 + receipts["line"]
    _, first = np.unique(keys, return_index=True)
    return take(receipts, np.sort(first))


def test_what_the_books_say_differs_from_the_shelf_only_by_what_nobody_has_entered_or_noticed(year: History) -> None:
    late, expected = year.state.queues["late_issues"], year.state.shelf + year.state.lost
    np.add.at(expected, (late["item"], late["location"]), late["quantity"])
    fixes = year.state.queues["corrections"]
    np.add.at(expected, (fixes["item"], fixes["location"]), fixes["quantity"] - fixes["entered"])
    assert np.array_equal(expected, year.state.book)


def test_no_order_receives_more_than_was_ordered_and_its_line_says_how_much_came(year: History) -> None:
    orders, receipts = year.rows["sc7010"], once(year.rows["sd1010"])
    assert (orders["received"] <= orders["quantity"]).all()
    linked = take(receipts, (receipts["kind"] != RETURNED) & (receipts["order"] > 0))
    order_keys = orders["number"] * 10_000 + orders["line"]
    came = dict.fromkeys(order_keys.tolist(), 0)
    keys = linked["order"] * 10_000 + linked["order_line"]
    for key, quantity in zip(keys.tolist(), linked["quantity"].tolist(), strict=True):
        came[key] += quantity
    missing = orders["received"] - np.array([came[key] for key in order_keys.tolist()])
    unlinked = take(receipts, (receipts["kind"] != RETURNED) & (receipts["order"] < 0))
    assert (missing >= 0).all()
    assert missing.sum() == unlinked["quantity"].sum()
    short = (orders["done"] > 0) & (orders["received"] < orders["quantity"])
    assert np.array_equal(short, (orders["residue"] > 0) | (orders["deleted"] > 0))


def test_movements_carry_the_day_on_which_they_were_entered_except_where_the_truth_says_so(year: History) -> None:
    moves = year.written["sd3010"]
    other_day = moves["day"] != moves["stamp"] // SECONDS
    reentered = year.dirt("wrong_site_deleted")[1] + 2 * year.dirt("wrong_site_reversed")[1]
    late, wrong = year.dirt("late_movements")[1], year.dirt("wrong_year_movement")[0]
    assert late > 0
    assert wrong > 0
    assert other_day.sum() == late + reentered + wrong
    now = year.rows["sd3010"]
    strange = np.abs(now["day"] - now["stamp"] // SECONDS) > 60
    planted, mended = year.dirt("wrong_year_movement")
    assert strange.sum() == planted - mended


def test_deleted_and_reversed_rows_are_those_that_the_truth_counts(year: History) -> None:
    moves, receipts = year.rows["sd3010"], year.rows["sd1010"]
    assert moves["deleted"].sum() == year.dirt("wrong_site_deleted")[1] + year.dirt("cancelled_movements")[1]
    assert moves["reversed"].sum() == 2 * year.dirt("wrong_site_reversed")[1]
    assert receipts["deleted"].sum() == year.dirt("duplicated_receipts")[1]
    assert len(receipts["recno"]) - len(once(receipts)["recno"]) == year.dirt("duplicated_receipts")[0]
    assert year.rows["sc1010"]["deleted"].sum() == year.dirt("deleted_requisitions")[1]
    assert year.rows["sc7010"]["deleted"].sum() == year.dirt("deleted_orders")[1]
    assert (year.rows["sc7010"]["promised"] < 0).sum() == year.dirt("blank_promise")[0]
    assert (year.rows["sc1010"]["needed"] < 0).sum() == year.dirt("blank_needed_on")[0]


def test_requisition_comes_before_order_and_order_before_receipt_except_what_was_bought_first(year: History) -> None:
    asked, orders, receipts = (year.rows[table] for table in ("sc1010", "sc7010", "sd1010"))
    ordered_on = dict(zip((orders["number"] * 10_000 + orders["line"]).tolist(), orders["day"].tolist(), strict=True))
    ordered = take(asked, asked["order"] > 0)
    keys = (ordered["order"] * 10_000 + ordered["order_line"]).tolist()
    waits = np.array([ordered_on[key] for key in keys]) - ordered["day"]
    assert (waits < 0).sum() == year.dirt("after_the_fact_requisitions")[0] > 0
    linked = take(receipts, (receipts["order"] > 0) & (receipts["day"] > 0))
    keys = (linked["order"] * 10_000 + linked["order_line"]).tolist()
    lead_times = linked["day"] - np.array([ordered_on[key] for key in keys])
    assert (lead_times < 1).sum() <= year.dirt("wrong_year_receipt")[0] * 2
    assert (receipts["day"] <= receipts["entered"]).all()


def test_the_naive_rule_runs_out_and_piles_up(year: History) -> None:
    unmet = year.rows["unmet"]
    assert len(unmet["recno"]) > 100
    assert (year.rows["unmet"]["penalty"] > 0).any()
    assert (unmet["given_up"] <= unmet["unmet"]).all()
    held = year.world.buys | year.world.is_fed
    assert (year.state.shelf[held] == 0).mean() > 0.02
    assert (year.state.book[held] > year.state.maximum[held]).mean() > 0.02


def test_all_four_demand_classes_services_and_protection_are_in_the_company() -> None:
    items = make_world(SCALES["medium"], SEED).items
    assert {*items.kind} == {"consumable", "erratic", "intermittent", "lumpy", "service"}
    assert {*items.category} == {"MC", "SV", "EP"}
    assert len({*items.code}) == len(items)


def test_codes_of_places_fit_the_columns_of_the_erp_and_differ() -> None:
    for scale in SCALES.values():
        places = make_world(replace(scale, items=200), SEED).places
        assert len({*places.code}) == len(places)
        assert max(map(len, places.code)) <= 9
        assert max(len(code) for code in places.code[: places.first_team]) <= 6
        assert max(map(len, places.name)) <= 40


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 50)), max_size=30),
    st.lists(st.integers(0, 60), min_size=4, max_size=4),
)
def test_rows_are_served_in_their_order_as_far_as_the_stock_reaches(lines: list, stock: list) -> None:
    keys, wanted = (np.array([line[n] for line in lines], np.int64) for n in (0, 1))
    left, expected = list(stock), []
    for key, quantity in lines:
        got = min(quantity, left[key])
        left[key] -= got
        expected.append(got)
    assert allocate(np.array(stock), keys, wanted).tolist() == expected


def test_ranks_count_within_groups_in_the_order_of_the_rows() -> None:
    groups, ranks = rank_in_group(np.array([7, 3, 7, 7, 3]))
    assert groups.tolist() == [1, 0, 1, 1, 0]
    assert ranks.tolist() == [0, 0, 1, 2, 1]


def test_the_true_mean_size_is_the_mean_after_rounding() -> None:
    log_mean, log_sigma, step = np.log([0.4, 7.0]), np.array([0.9, 0.3]), np.array([100, 50])
    mean, variation = rounded_moments(log_mean, log_sigma, step)
    draws = np.exp(log_mean + log_sigma * np.random.default_rng(1).standard_normal((200_000, 2)))
    quantities = rounded(draws, step) / 100
    assert mean == pytest.approx(quantities.mean(axis=0), rel=0.01)
    assert variation == pytest.approx(quantities.std(axis=0) / quantities.mean(axis=0), rel=0.04)


def test_weekdays_and_business_days_are_those_of_the_calendar() -> None:
    world = make_world(SCALES["small"], SEED)
    friday = (date(2025, 10, 31) - EPOCH).days
    assert [weekday(friday + n) for n in range(4)] == [4, 5, 6, 0]
    assert (next_weekday(friday + np.arange(4)) - friday).tolist() == [0, 3, 3, 3]
    assert [world.business_day(friday + n) - world.business_day(friday) for n in range(4)] == [0, 1, 1, 1]


def test_numbers_and_days_become_the_characters_of_the_erp() -> None:
    assert text.days(np.array([0, -1, 20_392])).to_pylist() == ["19700101", "", "20251031"]
    assert text.digits(np.array([42, 0]), 6).to_pylist() == ["000042", ""]
    assert text.serial(np.array([1, 36, 36**6 - 1, -1])).to_pylist() == ["000001", "000010", "ZZZZZZ", ""]


def test_an_unknown_size_is_refused_with_those_that_exist() -> None:
    with pytest.raises(LocalError, match="small, medium, large"):
        scale_of("huge")
