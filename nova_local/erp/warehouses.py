"""What happens between and within warehouses: feeding the regional ones, losses, counts."""

from __future__ import annotations

import numpy as np

from nova_local.erp import movements
from nova_local.erp.frames import Frame, allocate
from nova_local.erp.state import waiting
from nova_local.erp.today import Today, add
from nova_local.erp.world import weekday

COUNT_PERIOD = 130  # business days after which every shelf was counted once
LOSS_RATE = 0.0008  # a shelf and day
SURPLUS = 0.01  # share of counts that find more than the book says


def feed(today: Today) -> None:
    """Each regional warehouse is filled up to its maximum once a week, as far as the central one has it."""
    world, state = today.world, today.state
    visited = np.arange(world.locations) % 5 == weekday(today.number)
    backorders = waiting(state, "backorders")
    position = state.book - backorders
    lacks = world.is_fed & visited[None, :] & (position <= state.minimum) & (state.maximum > 0)
    item, location = np.nonzero(lacks & ~state.blocked[:, None] | (world.is_fed & visited[None, :] & (position < 0)))
    if not len(item):
        return
    wanted = (state.maximum - position)[item, location]
    given = allocate(np.minimum(state.shelf[:, 0], state.book[:, 0]), item, np.maximum(wanted, 0))
    sent = given > 0
    rows: Frame = {"item": item[sent], "location": location[sent], "quantity": given[sent]}
    rows["document"] = today.next_numbers("document", int(sent.sum()))
    leaving = {**rows, "location": np.zeros_like(rows["location"])}
    movements.write(today, movements.OUT, leaving)
    movements.write(today, movements.IN, rows)
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
