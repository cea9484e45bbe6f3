"""Who decides what the simulated company buys: the naive rule keeps its history, and another planner is obeyed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from nova_local.erp.company import Company
from nova_local.erp.frames import Frame, take
from nova_local.erp.movements import IN
from nova_local.erp.planner import Books, Limits
from nova_local.erp.scales import SCALES
from nova_local.erp.state import pack, waiting
from nova_local.erp.today import stream_each

SEED, DAYS = 11, 94  # up to a Sunday
SMALL = replace(SCALES["small"], items=60, towers=8, teams=3, suppliers=10)


NOTHING: Frame = {name: np.empty(0, np.int64) for name in ("item", "location", "quantity")}


@dataclass(frozen=True)
class Nobody:
    """Asks for nothing and sends nothing."""

    def request(self, books: Books) -> Frame:
        return self.send(books)

    def send(self, books: Books) -> Frame:
        return NOTHING


@dataclass
class Stubborn:
    """Asks for the same every day, and keeps the books that it saw."""

    lines: Frame
    sent: Frame
    seen: list[Books] = field(default_factory=list)

    def request(self, books: Books) -> Frame:
        self.seen.append(books)
        return self.lines

    def send(self, books: Books) -> Frame:
        visited = books.is_visited[self.sent["location"]]
        return take(self.sent, visited)


@pytest.fixture(scope="module")
def company() -> Company:
    founded = Company.founded(SMALL, SEED)
    founded.live(DAYS)
    return founded


def one_line(item: int, location: int, quantity: int) -> Frame:
    return {name: np.array([value]) for name, value in (("item", item), ("location", location), ("quantity", quantity))}


def test_the_naive_rule_has_the_history_that_the_demo_erp_always_had() -> None:
    """Written down before there was another planner: the whole numbers of every row of the first weeks."""
    company = Company.founded(SCALES["small"], 7)
    company.live(70)
    digest = hashlib.sha256()
    for table in ("sd3010", "sc1010", "sc7010", "sd1010", "unmet"):
        rows = company.ledger.rows(table)
        for name in sorted(rows):
            # The other end of a transfer was written to its rows later; it changes none of what was there.
            if rows[name].dtype == np.int64 and name != "other":
                digest.update(rows[name].tobytes())
    assert digest.hexdigest()[:16] == "608e361385f26878"


def test_the_limits_that_the_rule_sets_are_the_planner_when_no_other_is_named(company: Company) -> None:
    one, other = company.copy(), company.copy()
    one.live(20)
    other.live(20, Limits(other.state.minimum, other.state.maximum))
    assert pack(one.state) == pack(other.state)


def test_a_copy_goes_on_alone(company: Company) -> None:
    before, rows = pack(company.state), len(company.ledger)
    twin = company.copy()
    twin.live(5)
    assert pack(company.state) == before
    assert len(company.ledger) == rows < len(twin.ledger)


def test_twins_meet_the_same_demand_weather_and_losses_whatever_they_buy(company: Company) -> None:
    naive, idle = company.copy(), company.copy()
    lived, starved = naive.live(60, None, stream_each), idle.live(60, Nobody(), stream_each)
    for name in ("item", "place", "location", "quantity", "work_order"):
        assert np.array_equal(lived.lines[name], starved.lines[name])
    assert np.array_equal(naive.ledger.rows("weather")["factor"], idle.ledger.rows("weather")["factor"])
    assert np.array_equal(naive.state.wet, idle.state.wet)
    assert starved.lines_short > lived.lines_short


def asked_for(company: Company, since: int) -> Frame:
    """Requisitions of stocked items; not those of what was bought before it was asked for, which name their order."""
    rows = company.ledger.rows("sc1010")
    return take(rows, (rows["day"] >= since) & (rows["location"] >= 0) & (rows["order"] == 0))


def sent(company: Company, since: int) -> Frame:
    rows = company.ledger.rows("sd3010")
    return take(rows, (rows["day"] >= since) & (rows["kind"] == IN))


def test_nothing_is_bought_or_sent_but_what_the_planner_wants(company: Company) -> None:
    idle, naive = company.copy(), company.copy()
    since = idle.live(14, Nobody(), stream_each).first_day
    naive.live(14, None, stream_each)
    for rows in (asked_for, sent):
        assert len(rows(idle, since)["item"]) == 0 < len(rows(naive, since)["item"])


def test_what_the_planner_asks_for_becomes_requisitions_and_what_it_sends_is_moved(company: Company) -> None:
    twin, state = company.copy(), company.state
    plenty = np.minimum(state.shelf[:, 0], state.book[:, 0]) > 1_000
    item = int(np.flatnonzero(company.world.is_fed[:, 1] & plenty)[0])
    since = twin.live(7, Stubborn(one_line(item, 0, 700), one_line(item, 1, 100)), stream_each).first_day
    asked, moved = asked_for(twin, since), sent(twin, since)
    assert set(zip(asked["item"].tolist(), asked["quantity"].tolist(), strict=True)) == {(item, 700)}
    assert list(zip(moved["item"].tolist(), moved["quantity"].tolist(), strict=True)) == [(item, 100)]


def test_the_books_show_what_the_erp_shows_and_not_what_lies_on_the_shelf(company: Company) -> None:
    twin = company.copy()
    twin.state.lost[:, 1:] += np.minimum(twin.state.shelf[:, 1:], 100)
    twin.state.shelf[:, 1:] -= np.minimum(twin.state.shelf[:, 1:], 100)
    planner = Stubborn(NOTHING, NOTHING)
    twin.live(1, planner, stream_each)
    (books,) = planner.seen
    assert np.array_equal(books.on_hand, twin.state.book)
    assert (books.on_hand > twin.state.shelf).any()
    assert np.array_equal(books.owed, waiting(twin.state, "backorders"))


@pytest.mark.parametrize(("place", "quantity"), [(1, 500), (0, 0)])
def test_a_planner_that_asks_where_nothing_is_bought_or_for_nothing_is_refused(
    company: Company, place: int, quantity: int
) -> None:
    item = int(np.flatnonzero(company.world.is_fed[:, 1])[0])
    planner = Stubborn(one_line(item, place, quantity), NOTHING)
    with pytest.raises(ValueError, match="may ask for"):
        company.copy().live(1, planner, stream_each)


def test_a_planner_that_sends_to_a_warehouse_on_another_day_than_its_own_is_refused(company: Company) -> None:
    @dataclass(frozen=True)
    class Hasty(Nobody):
        def send(self, books: Books) -> Frame:
            item = int(np.flatnonzero(books.is_fed[:, 1])[0])
            return one_line(item, 1 if not books.is_visited[1] else 2, 100)

    with pytest.raises(ValueError, match="visited today"):
        company.copy().live(7, Hasty(), stream_each)


def test_what_the_days_were_like_agrees_with_the_truth_that_the_demo_erp_keeps(company: Company) -> None:
    twin = company.copy()
    lived = twin.live(60, None, stream_each)
    unmet = twin.ledger.rows("unmet")
    short = take(unmet, unmet["day"] >= lived.first_day)
    assert lived.lines_short == len(short["item"])
    assert lived.units_short == pytest.approx(short["unmet"].sum() / 100)
    assert lived.line_fill == 1 - lived.lines_short / lived.lines_wanted
    assert len(lived.stock_value) == 60
    assert lived.last_stock_brl == pytest.approx((twin.state.shelf.sum(axis=1) / 100 * lived.unit_cost).sum())


def test_the_penalties_of_the_evenings_add_up_to_those_of_the_lines() -> None:
    company = Company.founded(SMALL, SEED)
    lived = company.live(200, Nobody())
    # Whoever waits on the last evening has paid for its evenings, and not to the end.
    unmet = company.ledger.rows("unmet")
    open_lines = company.state.queues["backorders"]
    open_penalty = sum(evening_penalties(company, open_lines).tolist())
    assert unmet["penalty"].sum() > 0
    assert lived.penalty_brl == pytest.approx((unmet["penalty"].sum() + open_penalty) / 100)


def evening_penalties(company: Company, lines: Frame) -> np.ndarray:
    """Of lines that wait, for the evenings until now."""
    places = company.world.places
    is_tower = (lines["place"] >= places.first_tower) & (lines["work_order"] >= 0)
    tower = np.where(is_tower, lines["place"] - places.first_tower, 0)
    late = np.maximum(0, company.state.day + 1 - lines["day"] - places.sla_days[tower])
    return np.where(is_tower, late * places.penalty_per_day[tower], 0)


def test_a_stockout_day_is_an_evening_on_which_somebody_waits_at_an_empty_shelf(company: Company) -> None:
    twin = company.copy()
    evenings = [twin.live(1, None, stream_each) for _ in range(10)]
    waits = waiting(twin.state, "backorders") > 0
    assert waits.any()
    assert (twin.state.shelf[waits] == 0).all()
    assert evenings[-1].stockout_days == waits.sum()
    assert evenings[-1].empty_days >= evenings[-1].stockout_days
