"""The company before its first day: items, places, suppliers, and the true habits that later rows follow.

Quantities are whole hundredths of the item's unit, so that sums are exact; days are counted from 1970-01-01.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from nova_local.erp.items import Items, make_items
from nova_local.erp.places import Places, make_places
from nova_local.erp.scales import Scale
from nova_local.erp.suppliers import Suppliers, make_suppliers

EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class World:
    """Stock lies at `locations`: the central warehouse is 0, then the regional ones; they are the first places too."""

    scale: Scale
    seed: int
    first_day: int
    items: Items
    places: Places
    suppliers: Suppliers

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

    def business_day(self, day: int) -> int:
        """How many Mondays to Fridays there were before `day` since a Monday of 1969."""
        weeks, weekday = divmod(day + 3, 7)
        return weeks * 5 + min(weekday, 5)


def make_world(scale: Scale, seed: int) -> World:
    """Everything that exists before the first day; `scale` and `seed` decide all of it."""
    rng = np.random.default_rng([seed, 0])
    suppliers = make_suppliers(scale, rng)
    places = make_places(scale, rng)
    items = make_items(scale, places, suppliers, rng)
    return World(scale, seed, (scale.first_day - EPOCH).days, items, places, suppliers)


def weekday(day: int) -> int:
    """0 is Monday."""
    return (day + 3) % 7


def next_weekday(days: np.ndarray) -> np.ndarray:
    """The same days, those on a weekend moved to Monday."""
    weekdays = (days + 3) % 7
    return days + np.where(weekdays > 4, 7 - weekdays, 0)
