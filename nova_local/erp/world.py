"""The company before its first day: items, places, suppliers, and the true habits that later rows follow.

Quantities are whole hundredths of the item's unit, so that sums are exact; days are counted from 1970-01-01.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from nova_local.erp.items import Items, make_items
from nova_local.erp.places import Places, make_places, states_of
from nova_local.erp.scales import Scale
from nova_local.erp.suppliers import Suppliers, make_suppliers

EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class World:
    """Stock lies at `locations`: the central warehouse is 0, then the regional ones; they are the first places too.

    How many `branches` its books are kept for changes no day of the company: only how the rows are written.
    """

    scale: Scale
    seed: int
    first_day: int
    items: Items
    places: Places
    suppliers: Suppliers
    branches: int = 1

    @property
    def locations(self) -> int:
        return 1 + self.scale.regionals

    @cached_property
    def buys(self) -> np.ndarray:
        """(items, locations): where an item's stock is bought; elsewhere it comes from the central warehouse."""
        direct = self.items.direct[:, None]
        central = np.arange(self.locations)[None, :] == 0
        return np.where(direct, ~central, central) & ~self.items.is_service[:, None]

    @cached_property
    def is_fed(self) -> np.ndarray:
        """(items, locations): where an item comes from the central warehouse."""
        central = np.arange(self.locations)[None, :] == 0
        return ~central & ~self.items.direct[:, None] & ~self.items.is_service[:, None]

    @cached_property
    def branch(self) -> np.ndarray:
        """(locations,): the branch that keeps a location's books. 0 is the head office, with its state; each other
        state has one, and the last branch all states that are left."""
        states = states_of(self.scale)
        numbers = [states.index(state) for state in self.places.state[: self.locations]]
        return np.minimum(numbers, self.branches - 1)

    @cached_property
    def location_codes(self) -> list[str]:
        """Codes of the locations within their branches: the first of each has that of the central warehouse."""
        _, first = np.unique(self.branch, return_index=True)
        codes = self.places.code[: self.locations]
        return [codes[0] if number in first else code for number, code in enumerate(codes)]

    def branch_at(self, locations: np.ndarray) -> np.ndarray:
        """The branch of each location; services, which have none, are the head office's."""
        return np.where(locations < 0, 0, self.branch[np.maximum(locations, 0)])

    def buyer(self, items: np.ndarray, locations: np.ndarray) -> np.ndarray:
        """The branch that asks for an item at a location and buys it: its own, but for every second item the head
        office, for delivery there."""
        return np.where(items % 2 == 0, 0, self.branch_at(locations))

    def business_day(self, day: int) -> int:
        """How many Mondays to Fridays there were before `day` since a Monday of 1969."""
        weeks, weekday = divmod(day + 3, 7)
        return weeks * 5 + min(weekday, 5)


def make_world(scale: Scale, seed: int, branches: int = 1) -> World:
    """Everything that exists before the first day; `scale` and `seed` decide all of it but whose books it is in."""
    rng = np.random.default_rng([seed, 0])
    suppliers = make_suppliers(scale, rng)
    places = make_places(scale, rng)
    items = make_items(scale, places, suppliers, rng)
    return World(scale, seed, (scale.first_day - EPOCH).days, items, places, suppliers, branches)


def weekday(day: int) -> int:
    """0 is Monday."""
    return (day + 3) % 7


def next_weekday(days: np.ndarray) -> np.ndarray:
    """The same days, those on a weekend moved to Monday."""
    weekdays = (days + 3) % 7
    return days + np.where(weekdays > 4, 7 - weekdays, 0)
