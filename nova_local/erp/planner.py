"""Who decides what is asked for, and how regional warehouses are filled. The naive rule is one way to decide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from nova_local.erp.frames import Frame
from nova_local.erp.state import waiting
from nova_local.erp.today import Today
from nova_local.erp.world import weekday

KNOWN_AHEAD = 30  # days before its first use that an item is bought


@dataclass(frozen=True)
class Books:
    """What the ERP shows a planner on a day; nothing here is known to the simulation alone.

    Quantities are whole hundredths of the item's unit, arrays of places are (items, locations).

    Attributes:
        number: the day, from 1970.
        on_hand: balance.
        coming: requested or ordered, and not received.
        owed: what work waits for.
        min_order: least quantity of an order, (items,).
        multiple: an order is a multiple of it, (items,).
        step: smallest quantity that is moved, (items,).
        is_bought: where an item is bought; only there it can be asked for.
        is_fed: where an item comes from the central warehouse.
        is_reviewed: items that are looked at today, (items,); each once a week, none that is blocked or not in use yet.
        is_blocked: items that are not used any more, (items,).
        is_visited: locations that the central warehouse fills today, (locations,); each once a week.
    """

    number: int
    on_hand: np.ndarray
    coming: np.ndarray
    owed: np.ndarray
    min_order: np.ndarray
    multiple: np.ndarray
    step: np.ndarray
    is_bought: np.ndarray
    is_fed: np.ndarray
    is_reviewed: np.ndarray
    is_blocked: np.ndarray
    is_visited: np.ndarray

    @classmethod
    def of(cls, today: Today) -> Books:
        """The books as they are at this moment of the day."""
        world, state, items = today.world, today.state, today.world.items
        day = weekday(today.number)
        return cls(
            number=today.number,
            on_hand=state.book.copy(),
            coming=waiting(state, "requisitions") + waiting(state, "deliveries"),
            owed=waiting(state, "backorders"),
            min_order=state.min_order,
            multiple=items.multiple,
            step=items.step,
            is_bought=world.buys,
            is_fed=world.is_fed,
            is_reviewed=(np.arange(len(items)) % 5 == day) & ~state.blocked & (items.first <= today.age + KNOWN_AHEAD),
            is_blocked=state.blocked,
            is_visited=np.arange(world.locations) % 5 == day,
        )


class Planner(Protocol):
    """Decides by the books alone."""

    def request(self, books: Books) -> Frame:
        """What to ask for in the afternoon: `item, location, quantity`, in whole lots."""
        ...

    def send(self, books: Books) -> Frame:
        """What regional warehouses are to get in the morning: `item, location, quantity`, the most urgent first; the
        central warehouse sends it as far as it has it."""
        ...


@dataclass(frozen=True)
class Limits:
    """Fill up to a maximum what is at or below a minimum, hundredths (items, locations): the naive rule, with limits
    that `rules` sets."""

    minimum: np.ndarray
    maximum: np.ndarray

    def request(self, books: Books) -> Frame:
        position = books.on_hand + books.coming - books.owed
        lacks = books.is_bought & books.is_reviewed[:, None] & (position <= self.minimum) & (self.maximum > 0)
        item, location = np.nonzero(lacks)
        lot = books.multiple[item]
        missing = np.maximum((self.maximum - position)[item, location], books.min_order[item])
        return {"item": item, "location": location, "quantity": -(-missing // lot) * lot}

    def send(self, books: Books) -> Frame:
        position = books.on_hand - books.owed
        visited = books.is_fed & books.is_visited[None, :]
        lacks = visited & (position <= self.minimum) & (self.maximum > 0) & ~books.is_blocked[:, None]
        item, location = np.nonzero(lacks | (visited & (position < 0)))
        return {
            "item": item,
            "location": location,
            "quantity": np.maximum((self.maximum - position)[item, location], 0),
        }
