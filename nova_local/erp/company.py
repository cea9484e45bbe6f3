"""A company that lives on in memory, and what its years were like: for planners that are to be compared.

Two copies that live by `stream_each` meet the same weather, demand, losses and counts, whatever their planners do; the
days that a supplier takes are drawn anew for each order, since the orders are not the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from nova_local.erp.frames import Frame, concat, take
from nova_local.erp.issuing import daily_penalties
from nova_local.erp.planner import Planner
from nova_local.erp.scales import Scale
from nova_local.erp.simulation import live
from nova_local.erp.state import State, first_state, pack, unpack, waiting
from nova_local.erp.today import Ledger, Streams, one_stream
from nova_local.erp.world import World, make_world


def nothing(_: int) -> None:
    """Before a day nothing is to be done."""


@dataclass
class Company:
    """A company with all the rows that it has written."""

    world: World
    state: State
    ledger: Ledger

    @classmethod
    def founded(cls, scale: Scale, seed: int) -> Company:
        """On the evening before its first day."""
        world = make_world(scale, seed)
        return cls(world, first_state(world), Ledger())

    @property
    def book_value_brl(self) -> float:
        """What the ERP's balances are worth at their average costs."""
        return float((self.state.book.sum(axis=1) / 100 * self.state.average_cost).sum())

    def copy(self) -> Company:
        """A twin that shares the past and goes on by itself."""
        ledger = Ledger()
        for table, frames in self.ledger.inserts.items():
            ledger.inserts[table] = list(frames)
        for table, frames in self.ledger.changes.items():
            ledger.changes[table] = list(frames)
        return Company(self.world, unpack(pack(self.state)), ledger)

    def live(
        self,
        days: int,
        planner: Planner | None = None,
        streams: Callable[[int, int], Streams] = one_stream,
        before: Callable[[int], None] = nothing,
    ) -> Lived:
        """Let days happen, by the naive rule without a planner; `before` is told the number of each day beforehand."""
        lived = Lived(self.world, self.state.average_cost.copy(), self.state.day + 1)
        for _ in range(days):
            before(self.state.day + 1)
            lived.add(self.state, live(self.world, self.state, self.ledger, planner, streams))
        lived.orders = self.stocked_orders(lived.first_day)
        return lived

    def stocked_orders(self, first_day: int) -> Frame:
        """Order lines of stocked items from a day on, those deleted later too."""
        orders = self.ledger.rows("sc7010")
        return take(orders, (orders["day"] >= first_day) & (orders["location"] >= 0))


@dataclass
class Lived:
    """What some days were like; what no book shows is here too.

    Stock is what lay on all shelves, valued at the average costs of the first morning: the same for twins, so that no
    difference is one of prices. An evening counts as a stockout day of an item at a place where somebody waits for it
    there: it was wanted, and there is none.

    Attributes:
        unit_cost: BRL, of each item.
        first_day: from 1970.
        wanted: a frame for each day: lines with what was `given` at once.
        stock_value: BRL, of each evening.
        stockouts: item-places where somebody waits, of each evening.
        empty: item-places in use that have none, wanted or not, of each evening.
        penalty: BRL, of each day.
        orders: order lines of stocked items.
    """

    world: World
    unit_cost: np.ndarray
    first_day: int
    wanted: list[Frame] = field(default_factory=list)
    stock_value: list[float] = field(default_factory=list)
    stockouts: list[int] = field(default_factory=list)
    empty: list[int] = field(default_factory=list)
    penalty: list[float] = field(default_factory=list)
    orders: Frame = field(default_factory=dict)

    def add(self, state: State, wanted: Frame) -> None:
        """Count a day that has ended."""
        self.wanted.append(wanted)
        self.stock_value.append(float((state.shelf.sum(axis=1) / 100 * self.unit_cost).sum()))
        self.stockouts.append(int((waiting(state, "backorders") > 0).sum()))
        places = (self.world.buys | self.world.is_fed)[:, 1:] & ~state.blocked[:, None]
        self.empty.append(int((places & (state.shelf[:, 1:] == 0)).sum()))
        self.penalty.append(daily_penalties(self.world, state) / 100)

    @cached_property
    def lines(self) -> Frame:
        return concat(self.wanted)

    @property
    def stockout_days(self) -> int:
        return sum(self.stockouts)

    @property
    def empty_days(self) -> int:
        return sum(self.empty)

    @property
    def lines_wanted(self) -> int:
        return len(self.lines["item"])

    @property
    def lines_short(self) -> int:
        """Lines that were not served whole on their day."""
        return int((self.lines["given"] < self.lines["quantity"]).sum())

    @property
    def line_fill(self) -> float:
        return 1 - self.lines_short / self.lines_wanted

    @property
    def units_wanted(self) -> float:
        return self.lines["quantity"].sum() / 100

    @property
    def units_short(self) -> float:
        """Units that were not served on their day, of all items together."""
        return (self.lines["quantity"] - self.lines["given"]).sum() / 100

    @property
    def unit_fill(self) -> float:
        return 1 - self.units_short / self.units_wanted

    @property
    def penalty_brl(self) -> float:
        """What the contracts of towers took for lines that waited too long."""
        return sum(self.penalty)

    @property
    def mean_stock_brl(self) -> float:
        return float(np.mean(self.stock_value))

    @property
    def last_stock_brl(self) -> float:
        return self.stock_value[-1]

    @property
    def order_lines(self) -> int:
        return len(self.orders["item"])

    @property
    def purchases_brl(self) -> float:
        """What the order lines cost, at the costs by which stock is valued."""
        return float((self.orders["quantity"] / 100 * self.unit_cost[self.orders["item"]]).sum())
