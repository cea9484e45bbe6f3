"""What happens between and within warehouses: feeding the regional ones, losses, counts."""

from __future__ import annotations

import numpy as np

from nova_local.erp import movements
from nova_local.erp.frames import Frame, allocate
from nova_local.erp.planner import Books, Planner
from nova_local.erp.today import Today, add

COUNT_PERIOD = 130  # business days after which every shelf was counted once
LOSS_RATE = 0.0008  # a shelf and day
SURPLUS = 0.01  # share of counts that find more than the book says


def feed(today: Today, planner: Planner) -> None:
    """Regional warehouses get what the planner wants, as far as the central one has it.

    Raises `ValueError` where the planner sends to a warehouse that is not fed, or is not visited today.
    """
    state, books = today.state, Books.of(today)
    lines = planner.send(books)
    item, location = lines["item"], lines["location"]
    if not (books.is_fed & books.is_visited[None, :])[item, location].all():
        raise ValueError("a planner may send items to warehouses alone that are fed with them and visited today")
    given = allocate(np.minimum(state.shelf[:, 0], state.book[:, 0]), item, lines["quantity"])
    sent = given > 0
    rows: Frame = {"item": item[sent], "location": location[sent], "quantity": given[sent]}
    rows["document"] = today.next_numbers("document", int(sent.sum()))
    central = np.zeros_like(rows["location"])
    leaving = {**rows, "location": central, "other": rows["location"]}
    movements.write(today, movements.OUT, leaving)
    movements.write(today, movements.IN, {**rows, "other": central})
    for stock in (state.shelf, state.book):
        add(stock, leaving, rows["quantity"], -1)
        add(stock, rows, rows["quantity"])


def lose(today: Today) -> None:
    """A step or three vanish from some shelves; the ERP learns it at the next count."""
    state, rng = today.state, today.rng
    item, location = np.nonzero(rng.random(state.shelf.shape) < LOSS_RATE)
    gone = np.minimum(state.shelf[item, location], today.world.items.step[item] * rng.integers(1, 4, len(item)))
    rows = {"item": item, "location": location}
    add(state.shelf, rows, gone, -1)
    add(state.lost, rows, gone)


def count(today: Today) -> None:
    """Count some shelves: what is missing is written off, what is too much is written in."""
    world, state = today.world, today.state
    turn = world.business_day(today.number) % COUNT_PERIOD
    cells = np.arange(turn, state.shelf.size, COUNT_PERIOD)
    item, location = cells // world.locations, cells % world.locations
    missing = state.lost[item, location] > 0
    losses: Frame = {"item": item[missing], "location": location[missing]}
    losses["quantity"] = state.lost[losses["item"], losses["location"]]
    movements.write(today, movements.LOSS, losses)
    add(state.book, losses, losses["quantity"], -1)
    state.lost[losses["item"], losses["location"]] = 0
    more = today.chance(len(item), SURPLUS) & (world.buys | world.is_fed)[item, location]
    found: Frame = {"item": item[more], "location": location[more], "quantity": world.items.step[item[more]]}
    movements.write(today, movements.FOUND, found)
    for stock in (state.shelf, state.book):
        add(stock, found, found["quantity"])
