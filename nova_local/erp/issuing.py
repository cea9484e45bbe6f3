"""Serving what is wanted from the regional shelves, and writing it down, with the errors that people make."""

from __future__ import annotations

import numpy as np

from nova_local.erp import movements
from nova_local.erp.corrections import CANCEL, DELETE, QUANTITY, REVERSE, YEAR
from nova_local.erp.frames import Frame, allocate, concat, length, take
from nova_local.erp.movements import ISSUE, NOWHERE, WITHOUT_SITE
from nova_local.erp.rules import WARM_UP
from nova_local.erp.state import State
from nova_local.erp.today import Today, add
from nova_local.erp.world import World, next_weekday

EXPIRY = 60  # days after which a backorder is given up and bought elsewhere
RETURNED = 0.03
# Share of issues that are entered badly, each kind on its own rows.
LATE = 0.02
MISTAKES = {DELETE: 0.006, REVERSE: 0.004, QUANTITY: 0.006, YEAR: 0.001, CANCEL: 0.006}
PLANTED = {
    DELETE: "wrong_site_deleted",
    REVERSE: "wrong_site_reversed",
    QUANTITY: "wrong_quantity",
    YEAR: "wrong_year_movement",
    CANCEL: "cancelled_movements",
}
NEVER_SEEN = 0.5  # share of wrong years that nobody corrects


def serve(today: Today, wanted: Frame) -> Frame:
    """Backorders first, then today's lines, each as far as the shelf reaches; what is missing waits.

    Returns today's lines with what was `given` at once."""
    state, count = today.state, length(wanted)
    waiting = state.queues["backorders"]
    fresh = {
        **wanted,
        "day": np.full(count, today.number),
        "recno": np.full(count, -1),
        "wanted": wanted["quantity"],
    }
    lines = concat([waiting, fresh])
    keys = lines["item"] * today.world.locations + lines["location"]
    given = allocate(state.shelf.reshape(-1), keys, lines["quantity"])
    add(state.shelf, lines, given, -1)
    if today.age < WARM_UP:
        add(state.early, lines, given)
    got = given > 0
    enter(today, {**take(lines, got), "quantity": given[got]})
    remember_unmet(today, lines, given)
    return {**wanted, "given": given[length(waiting) :]}


def remember_unmet(today: Today, lines: Frame, given: np.ndarray) -> None:
    """New backorders are written to the truth; served or expired ones leave the queue with their penalty."""
    left = {**lines, "quantity": lines["quantity"] - given}
    missing = left["quantity"] > 0
    is_new = (left["recno"] < 0) & missing
    rows = take(left, is_new)
    written = today.insert("unmet", {**rows, "unmet": rows["quantity"], **outcome(len(rows["item"]))})
    left["recno"][is_new] = written["recno"]
    expired = missing & (today.number - left["day"] >= EXPIRY)
    ended = (left["recno"] >= 0) & (~missing | expired)
    gone = take(left, ended)
    today.change(
        "unmet",
        {
            "recno": gone["recno"],
            "served_on": np.where(gone["quantity"] > 0, NOWHERE, today.number),
            "given_up": gone["quantity"],
            "penalty": penalties(today, gone),
        },
    )
    moved = is_new | ended | (given > 0)
    today.touch(left["item"][moved], left["location"][moved])
    today.state.queues["backorders"] = take(left, missing & ~expired)


def outcome(count: int) -> Frame:
    return {
        "served_on": np.full(count, NOWHERE),
        "given_up": np.zeros(count, np.int64),
        "penalty": np.zeros(count, np.int64),
    }


def penalties(today: Today, gone: Frame) -> np.ndarray:
    """What the contract of a tower takes for the days beyond its agreement, in hundredths of BRL; teams pay none."""
    places = today.world.places
    is_tower = gone["place"] >= places.first_tower
    towers = np.where(is_tower, gone["place"] - places.first_tower, 0)
    late = np.maximum(0, today.number - gone["day"] - places.sla_days[towers])
    return np.where(is_tower & (gone["work_order"] >= 0), late * places.penalty_per_day[towers], 0)


def daily_penalties(world: World, state: State) -> int:
    """What `penalties` will take for this evening, of all lines that still wait, in hundredths of BRL: the sum over the
    evenings of a line is its penalty."""
    lines, places = state.queues["backorders"], world.places
    of_towers = take(lines, (lines["place"] >= places.first_tower) & (lines["work_order"] >= 0))
    towers = of_towers["place"] - places.first_tower
    late = state.day - of_towers["day"] >= places.sla_days[towers]
    return int(places.penalty_per_day[towers][late].sum())


def enter(today: Today, issued: Frame) -> None:
    """Write issues that happened today: most at once and right, some days later, some wrong."""
    count = length(issued)
    issued = {**issued, "day": np.full(count, today.number)}
    fate = today.rng.random(count)
    is_late = fate < LATE
    today.push("late_issues", {**take(issued, is_late), "due": today.days_ahead(int(is_late.sum()), 1, 12)})
    today.plant("late_movements", int(is_late.sum()))
    now, fate = take(issued, ~is_late), fate[~is_late]
    mistakes = np.full(length(now), -1)
    edge = LATE
    for kind, share in MISTAKES.items():
        mistakes[(edge <= fate) & (fate < edge + share)] = kind
        edge += share
    write_issues(today, now, mistakes)


def write_issues(today: Today, rows: Frame, mistakes: np.ndarray) -> None:
    """Write the rows as the clerk types them, plan their corrections and the material that comes back."""
    places, items, count = today.world.places, today.world.items, length(rows)
    typed = {**rows}
    elsewhere = today.rng.integers(places.first_team, len(places), count)
    wrong_site = np.isin(mistakes, (DELETE, REVERSE))
    # Whoever mistypes a site does not choose the right one by accident.
    other = np.where(elsewhere == rows["place"], places.first_team + (elsewhere == places.first_team), elsewhere)
    typed["place"] = np.where(wrong_site, other, rows["place"])
    typed["place"] = np.where(~wrong_site & today.chance(count, WITHOUT_SITE), NOWHERE, typed["place"])
    step = items.step[rows["item"]]
    tenth = np.maximum(step, rows["quantity"] // 10 // step * step)
    mistakes = np.where((mistakes == QUANTITY) & (tenth == rows["quantity"]), -1, mistakes)
    typed["quantity"] = np.where(mistakes == QUANTITY, tenth, rows["quantity"])
    years = np.where(today.chance(count, 0.5), 3653, -3652)
    typed["day"] = rows["day"] + np.where(mistakes == YEAR, years, 0)
    written = movements.write(today, ISSUE, typed)
    add(today.state.book, typed, typed["quantity"], -1)
    today.plant("blank_site", int((typed["place"] == NOWHERE).sum()))
    plan_corrections(today, rows, written, mistakes)
    plan_returns(today, take(rows, mistakes < 0))


def plan_corrections(today: Today, rows: Frame, written: Frame, mistakes: np.ndarray) -> None:
    for kind, name in PLANTED.items():
        today.plant(name, int((mistakes == kind).sum()))
    seen = (mistakes >= 0) & ~((mistakes == YEAR) & today.chance(length(rows), NEVER_SEEN))
    right, count = take(rows, seen), int(seen.sum())
    plan = {
        **right,
        "due": next_weekday(today.days_ahead(count, 1, 10)),
        "kind": mistakes[seen],
        "recno": written["recno"][seen],
        "entered": written["quantity"][seen],
        "typed_place": written["place"][seen],
        "cost": written["cost"][seen],
    }
    today.push("corrections", plan)


def plan_returns(today: Today, rows: Frame) -> None:
    """Part of some issues comes back unused."""
    step = today.world.items.step[rows["item"]]
    back = np.maximum(
        step, (rows["quantity"] * today.rng.uniform(0.1, 0.8, length(rows))).astype(np.int64) // step * step
    )
    chosen = today.chance(length(rows), RETURNED) & (back < rows["quantity"])
    due = next_weekday(today.days_ahead(int(chosen.sum()), 2, 20))
    today.push("returns", {**take(rows, chosen), "quantity": back[chosen], "due": due})


def late_issues(today: Today) -> None:
    """What happened days ago is entered today with its own date."""
    rows = today.pop_due("late_issues")
    write_issues(today, rows, np.full(length(rows), -1))
    today.mend("late_movements", length(rows))


def returns(today: Today) -> None:
    rows = today.pop_due("returns")
    movements.write(today, movements.RETURN, rows)
    add(today.state.shelf, rows, rows["quantity"])
    add(today.state.book, rows, rows["quantity"])
