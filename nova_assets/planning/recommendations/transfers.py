"""Which place can help which: one transfer of an item at a time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nova_assets.planning.columns import UNITS
from nova_assets.quantiles import Floats

Steps = NDArray[np.int64]


@dataclass(frozen=True)
class StockedPlaces:
    """Places that have an item in their books, a place of an item per row; quantities in steps.

    Attributes:
        item: row of its item.
        on_hand: stock there.
        position: on hand and on order for it, without what is late.
        reorder_point, order_up_to: its own levels.
        risk: chance that it runs out within the lead time; NaN: not known.
    """

    item: Steps
    on_hand: Steps
    position: Steps
    reorder_point: Steps
    order_up_to: Steps
    risk: Floats


@dataclass(frozen=True)
class Transfers:
    """The transfer of each item, in steps; `source` and `target` are rows of the places, -1: there is none.

    Attributes:
        surplus: what the source has above its order-up-to level.
        needed: what brings the target to its own.
        quantity: the lesser of both, in whole units where stock is.
    """

    source: Steps
    target: Steps
    surplus: Steps
    needed: Steps
    quantity: Steps

    @property
    def possible(self) -> NDArray[np.bool_]:
        return self.quantity > 0


def best_transfers(places: StockedPlaces, items: int) -> Transfers:
    """From the place with the largest surplus to the one most likely to run out, for each of `items` items."""
    if not len(places.item):
        nowhere, nothing = np.full(items, -1), np.zeros(items, dtype=np.int64)
        return Transfers(nowhere, nowhere, nothing, nothing, nothing)
    surplus = places.on_hand - places.order_up_to
    needed = places.order_up_to - places.position
    source = _best(places.item, surplus.astype(np.float64), surplus > 0, items)
    lacking = (places.position <= places.reorder_point) & (needed > 0)
    target = _best(places.item, np.nan_to_num(places.risk), lacking, items)
    both = (source >= 0) & (target >= 0) & (source != target)
    source, target = np.where(both, source, -1), np.where(both, target, -1)
    given, taken = np.where(both, surplus[source], 0), np.where(both, needed[target], 0)
    fraction = np.zeros(items, dtype=bool)
    np.logical_or.at(fraction, places.item, places.on_hand % UNITS != 0)
    whole = np.where(fraction, 1, UNITS)
    return Transfers(source, target, given, taken, np.minimum(given, taken) // whole * whole)


def _best(item: Steps, value: Floats, eligible: NDArray[np.bool_], items: int) -> Steps:
    """Row of the eligible place with the highest value of each item, the first of equals; -1: none."""
    rows = np.flatnonzero(eligible)
    order = rows[np.lexsort((rows, -value[rows], item[rows]))]
    found, first = np.unique(item[order], return_index=True)
    best = np.full(items, -1)
    best[found] = order[first]
    return best
