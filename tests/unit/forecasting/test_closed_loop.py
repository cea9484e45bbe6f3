"""A company that follows Nova for some weeks, on what its books show, beside its twin that follows the naive rule."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import closed_loop
import numpy as np
import pandas as pd
import pytest
from closed_loop import Compared
from erp_books import ErpBooks
from nova_planner import Forecaster, Known, Nova, Plan

from nova_assets.planning.parameters import Parameters
from nova_local.erp.company import Company, Lived
from nova_local.erp.frames import concat
from nova_local.erp.planner import Books
from nova_local.erp.scales import SCALES
from nova_local.erp.today import stream_each
from nova_local.erp.world import EPOCH, weekday

SCALE = replace(SCALES["small"], items=60, towers=10, teams=3, suppliers=8)
SEED, WARM_UP, DAYS = 5, 157, 15
FIRST = SCALE.first_day + timedelta(days=WARM_UP)
"""A Monday: the first day of the comparison."""


@pytest.fixture(scope="module")
def company() -> Company:
    founded = Company.founded(SCALE, SEED)
    founded.live(WARM_UP)
    return founded


@pytest.fixture(scope="module")
def books(company: Company) -> ErpBooks:
    return ErpBooks(company, FIRST)


@pytest.fixture(scope="module")
def demand(books: ErpBooks) -> pd.DataFrame:
    return books.weekly_demand(books.issues())


@pytest.fixture(scope="module")
def forecaster() -> Forecaster:
    """A few of the models, and what they say on the first day."""
    return Forecaster(("present_formula", "ses", "pooled_bootstrap_95"))


@pytest.fixture(scope="module")
def known(company: Company, forecaster: Forecaster) -> Known:
    return Known.on(FIRST, company, forecaster, 7)


def budgeted(company: Company, part: float) -> Parameters:
    return replace(Parameters.from_settings(), budget_brl=part * company.book_value_brl)


@pytest.fixture(scope="module")
def followed(company: Company, known: Known, forecaster: Forecaster) -> tuple[Company, Nova, Lived]:
    """The company that follows Nova."""
    twin = company.copy()
    nova = Nova(twin, budgeted(company, 0.6), forecaster=forecaster)
    return twin, nova, twin.live(DAYS, nova, stream_each, nova.before)


def test_the_comparison_begins_on_a_monday_so_that_its_first_plan_is_of_that_day(company: Company) -> None:
    assert EPOCH + timedelta(days=company.state.day + 1) == FIRST
    assert FIRST.weekday() == weekday(company.state.day + 1) == 0


def test_weekly_demand_of_the_books_is_a_whole_grid_of_what_was_issued_before_the_origin(
    books: ErpBooks, demand: pd.DataFrame
) -> None:
    issues = books.issues()
    assert issues["ds"].max() < pd.Timestamp(FIRST)
    assert demand["ds"].max() == pd.Timestamp(FIRST - timedelta(days=7))
    assert demand["y"].sum() == pytest.approx(issues["quantity"].sum())
    for _, weeks in demand.groupby("unique_id"):
        assert weeks["y"].iloc[0] > 0
        assert (weeks["ds"].diff().dropna() == pd.Timedelta(days=7)).all()


def test_books_of_an_earlier_monday_do_not_know_what_came_after_it(company: Company, books: ErpBooks) -> None:
    earlier = ErpBooks(company, FIRST - timedelta(weeks=4))
    before = pd.Timestamp(earlier.origin)
    issues, whole = earlier.issues(), books.issues()
    assert issues.equals(whole[whole["ds"] < before])
    assert (earlier.purchase_lines()["requested_on"] < before).all()
    assert len(earlier.purchase_lines()) < len(books.purchase_lines())


def test_purchase_lines_of_the_books_are_orders_and_requisitions_that_wait_for_one(
    company: Company, books: ErpBooks
) -> None:
    lines, rows, queue = books.purchase_lines(), company.ledger.rows("sc7010"), company.state.queues["requisitions"]
    stocked = rows["location"] >= 0
    assert (~lines["is_open"]).sum() == (stocked & (rows["deleted"] == 0)).sum()
    # A requisition waits again when its order is deleted.
    deleted = stocked & (rows["deleted"] == 1) & (rows["requisition"] > 0)
    assert lines["is_open"].sum() == ((queue["recno"] >= 0) & (queue["location"] >= 0)).sum() + deleted.sum()
    assert lines.loc[lines["is_open"], "ordered_on"].isna().all()
    # Goods are entered after they are ordered, and what was bought first is asked for afterwards.
    came = lines[lines["received_on"].notna()]
    assert (came["received_on"] > came["ordered_on"]).all()
    assert 0 < lines["after_the_fact"].mean() < 0.1


def test_the_parts_of_the_locations_in_what_left_stock_are_those_of_the_issues(books: ErpBooks) -> None:
    issues, shares = books.issues(), books.shares(books.issues())
    assert shares.sum(axis=1).to_numpy() == pytest.approx(1.0)
    item = issues["item"].iloc[0]
    left = issues[issues["item"] == item].groupby("location")["quantity"].sum()
    assert shares.loc[[item], left.index].to_numpy()[0] == pytest.approx((left / left.sum()).to_numpy())
    unused = ~shares.index.isin(issues["item"])
    assert unused.any()
    assert shares.loc[unused, 0].eq(0.0).all()


def test_a_plan_covers_the_items_of_the_books_and_each_place_only_where_it_buys_or_is_fed(
    company: Company, known: Known
) -> None:
    plan = Plan.of(known, budgeted(company, 0.6), company.world.buys, 0.98)
    assert (plan.bought.safety_stock == plan.bought.reorder_point - plan.bought.mean).all()
    assert not company.state.blocked[plan.item].any()
    assert company.world.buys[plan.place_item, plan.place].all()
    assert company.world.items.direct[plan.place_item].all()
    assert (plan.level[:, 0] == 0).all()
    fed = known.item[~company.world.items.direct[known.item]]
    # A shelf holds more than the mean of a week, since requests come in lumps.
    weekly = known.until_visit.mean[np.isin(known.item, fed)]
    assert (plan.level[fed].sum(axis=1) >= weekly * 0.99).all()


def test_a_larger_budget_orders_no_item_later(company: Company, known: Known) -> None:
    small, large = (Plan.of(known, budgeted(company, part), company.world.buys, 0.98) for part in (0.3, 0.9))
    assert (large.bought.reorder_point >= small.bought.reorder_point).all()
    assert (large.bought.reorder_point > small.bought.reorder_point).any()


def test_nova_asks_for_whole_lots_of_items_at_or_below_their_reorder_point_that_are_looked_at_today(
    followed: tuple[Company, Nova, Lived],
) -> None:
    twin, nova, lived = followed
    rows, items = concat(twin.ledger.inserts["sc1010"]), twin.world.items
    # What was bought before it was asked for names its order when it is written.
    asked = (rows["day"] >= lived.first_day) & (rows["location"] >= 0) & (rows["order"] == 0)
    assert asked.sum() > 5
    item, quantity, day = rows["item"][asked], rows["quantity"][asked], rows["day"][asked]
    assert (quantity % items.multiple[item] == 0).all()
    assert (quantity >= twin.state.min_order[item]).all()
    assert (item % 5 == [weekday(one) for one in day]).all()
    assert nova.plan is not None
    assert np.isin(item, nova.plan.item).all()


def test_a_scarce_item_is_shared_out_by_the_levels_of_the_places(company: Company, known: Known) -> None:
    parameters = budgeted(company, 0.6)
    plan = Plan.of(known, parameters, company.world.buys, 0.98)
    item = int(np.argmax(plan.level[:, 1:].min(axis=1)))
    nova = Nova(company, parameters, plan=plan)
    books = seen(company, on_hand={(item, 0): int(plan.level[item].sum() * 100 // 2)})
    lines = nova.send(books)
    mine = lines["item"] == item
    assert lines["location"][mine].tolist() == [1, 2]
    wanted = plan.level[item, 1:] * 100 / 2
    assert lines["quantity"][mine] == pytest.approx(wanted, abs=2 * int(books.step[item]))
    assert lines["quantity"][mine].sum() <= books.on_hand[item, 0]


def seen(company: Company, on_hand: dict[tuple[int, int], int]) -> Books:
    """Books of a day on which every place is visited, with nothing but `on_hand` anywhere."""
    world, nothing = company.world, np.zeros_like(company.state.book)
    stock = nothing.copy()
    for place, quantity in on_hand.items():
        stock[place] = quantity
    return Books(
        number=company.state.day + 1,
        on_hand=stock,
        coming=nothing,
        owed=nothing,
        min_order=company.state.min_order,
        multiple=world.items.multiple,
        step=world.items.step,
        is_bought=world.buys,
        is_fed=world.is_fed,
        is_reviewed=np.ones(len(world.items), bool),
        is_blocked=company.state.blocked,
        is_visited=np.ones(world.locations, bool),
    )


def test_both_companies_meet_the_same_demand(company: Company, followed: tuple[Company, Nova, Lived]) -> None:
    _, _, lived = followed
    naive = company.copy().live(DAYS, streams=stream_each)
    for name in ("item", "place", "quantity"):
        assert np.array_equal(naive.lines[name], lived.lines[name])
    assert naive.stock_value[-1] != lived.stock_value[-1]
    assert naive.stock_value[0] == pytest.approx(lived.stock_value[0], rel=0.05)


def test_the_command_compares_a_company_and_ends_with_a_line_of_its_ratios(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closed_loop, "WARM_UP_DAYS", WARM_UP)
    one = closed_loop.compare(SCALE, 1, 0.6, SEED)
    assert one.naive["line_fill"] == 1 - one.naive["lines_short"] / len_of_lines(one)
    printed = json.loads(closed_loop.as_json([one, replace(one, nova=one.naive)]))
    mean = (one.naive["mean_stock_brl"] + one.nova["mean_stock_brl"]) / 2
    assert printed["stock_value_ratio"] == pytest.approx(mean / one.naive["mean_stock_brl"])
    assert printed["worst_stock_value_ratio"] == max(one.ratios["mean_stock_brl"], 1.0)
    assert [company["seed"] for company in printed["companies"]] == [SEED, SEED]
    for meaning in closed_loop.FIGURES.values():
        assert meaning in closed_loop.table(one)


def len_of_lines(one: Compared) -> float:
    """Lines wanted, from what Nova's arm says of the same demand."""
    return one.nova["lines_short"] / (1 - one.nova["line_fill"])
