"""What to do about each item: one action each, by rules over all items at once.

Quantities are whole numbers of ten-thousandths of a unit (`columns.UNITS`), as the warehouse keeps them: what is told
of a proposal then adds up to the last digit.

The position that orders are compared with the levels by (docs/recommendations.md):

* cover = on hand + on order − late + requested: what can be relied on;
* supply = on hand + on order − lost + requested: what will come at some time, if it is chased.

The first of these that holds, for an item that is planned and whose stock is known; s is the reorder point, S the
order-up-to level, Q = S − s:

1. dead stock: some on hand that is not critical, and neither demand nor receipt for so many days;
2. order: supply ≤ s, the lot that brings it to S;
3. expedite: cover ≤ s < supply, the late orders; or stock runs out, at median demand, before something that is on order
   comes; or, before what is only requested can come;
4. transfer: a place is at or below its own reorder point while another holds more than its order-up-to level;
5. reduce: the item is blocked, or supply > S + Q; and part of it is not here yet;
6. hold: on hand > S + Q; or what is critical and would be dead stock otherwise;
7. nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nova_assets.planning.columns import UNITS, steps
from nova_assets.planning.policy.ordering import order_quantities
from nova_assets.planning.recommendations.transfers import Transfers
from nova_assets.quantiles import Floats
from nova_assets.settings import PlanningRules

Steps = NDArray[np.int64]
Flags = NDArray[np.bool_]
Codes = NDArray[np.object_]

CRITICAL = "H"
"""Criticality of what is kept for the day on which it is needed: without demand for long it is no dead stock."""

UNKNOWN_STOCK = "stock_not_in_source"
"""Reason of what would be planned, if it were known what is there."""

NOT_KNOWN = -1
"""Quantity of a proposal that stock would be needed for."""


@dataclass(frozen=True)
class Levels:
    """What the policy says, in steps: 0 where an item is not planned.

    Attributes:
        lead_time_demand: expected over the lead time.
        review_demand: expected over the review period.
        safety: the reorder point less these two.
        reorder_point: s.
        order_up_to: S.
    """

    lead_time_demand: Steps
    review_demand: Steps
    reorder_point: Steps
    order_up_to: Steps

    @classmethod
    def of(
        cls, lead_time_demand: Floats, expected_demand: Floats, reorder_point: Floats, order_up_to: Floats
    ) -> Levels:
        """From quantities of the item's unit; NaN: not planned."""
        lead_time = steps(lead_time_demand)
        return cls(lead_time, steps(expected_demand) - lead_time, steps(reorder_point), steps(order_up_to))

    @property
    def safety(self) -> Steps:
        return self.reorder_point - self.lead_time_demand - self.review_demand

    @property
    def lot(self) -> Steps:
        return self.order_up_to - self.reorder_point


@dataclass(frozen=True)
class Stock:
    """What there is and what is to come, in steps.

    Attributes:
        known: whether the source has stock at all; all is 0 where not.
        on_hand: stock.
        on_order: ordered and not received.
        late: part of it that was expected before the day.
        lost: part of that for which nobody should wait.
        requested: asked of purchasing and not ordered yet.
        too_late: part of what is on order that comes after stock runs out.
    """

    known: Flags
    on_hand: Steps
    on_order: Steps
    late: Steps
    lost: Steps
    requested: Steps
    too_late: Steps

    @property
    def cover(self) -> Steps:
        return self.on_hand + self.on_order - self.late + self.requested

    @property
    def supply(self) -> Steps:
        return self.on_hand + self.on_order - self.lost + self.requested

    @property
    def to_come(self) -> Steps:
        return self.on_order - self.lost + self.requested


@dataclass(frozen=True)
class Items:
    """All items of a day, one per row.

    Attributes:
        planned: whether there is a policy.
        service, blocked, active: what the register says.
        criticality: H, M, L or None.
        levels: what the policy says.
        stock: what there is.
        minimum, multiple: lots, item's unit; NaN: any.
        lead_time_days: mean lead time; NaN: not known.
        out_q50, out_q90: days to the first one without enough, at median and at high demand; NaN: none in sight.
        silent_days: days since the latest demand or receipt; infinite where there was none since data begin.
    """

    planned: Flags
    service: Flags
    blocked: Flags
    active: Flags
    criticality: Codes
    levels: Levels
    stock: Stock
    minimum: Floats
    multiple: Floats
    lead_time_days: Floats
    out_q50: Floats
    out_q90: Floats
    silent_days: Floats

    def __len__(self) -> int:
        return len(self.planned)

    @property
    def critical(self) -> Flags:
        """At median demand, stock runs out before what is ordered now can arrive."""
        return self.out_q50 <= self.lead_time_days

    @property
    def leans_on_requests(self) -> Flags:
        """Only what was asked for and is not ordered yet lifts it above the reorder point."""
        without = self.stock.cover - self.stock.requested
        return (self.stock.requested > 0) & (without <= self.levels.reorder_point)

    def order_by(self, risk: float) -> Floats:
        """Days from the plan's day to the last on which an order still comes in time, at a level of demand, 0.5 or 0.9.

        It may have passed; NaN: nothing runs out.
        """
        out = self.out_q90 if risk > 0.5 else self.out_q50
        return np.floor(out - self.lead_time_days)


@dataclass(frozen=True)
class Proposals:
    """What to do, one per item: action, reason and quantity in steps, `NOT_KNOWN` where stock is not."""

    action: Codes
    reason: Codes
    quantity: Steps


def propose(items: Items, transfers: Transfers, rules: PlanningRules) -> Proposals:
    """The first rule that holds for each item (module's docstring), else nothing, with the reason."""
    made = _nothing(items)
    undecided = np.full(len(items), True)
    for action, reason, holds, quantity in _rules(items, transfers, rules):
        now = undecided & holds & (quantity > 0)
        made.action[now], made.reason[now], made.quantity[now] = action, reason, quantity[now]
        undecided &= ~now
    return made


def _rules(items: Items, transfers: Transfers, rules: PlanningRules) -> Iterator[tuple[str, str, Flags, Steps]]:
    """Action, reason, for which items it holds where none before does, and how much; nothing is no action."""
    stock, levels = items.stock, items.levels
    planned, material = items.planned & stock.known, stock.known & ~items.service
    silent = material & (items.silent_days >= rules.dead_stock_days)
    critical_spare = silent & (items.criticality == CRITICAL)
    runs_out = planned & np.isfinite(items.out_q50)
    beyond = stock.supply - levels.order_up_to
    reducible = _whole_lots(np.minimum(stock.to_come, beyond), items.multiple)
    excess = stock.on_hand - levels.order_up_to
    late = planned & (stock.cover <= levels.reorder_point)
    yield "dead_stock", "no_demand", silent & ~critical_spare, stock.on_hand
    yield "order", "below_reorder_point", planned & (stock.supply <= levels.reorder_point), _ordered(items)
    yield "expedite", "late_supply", late, stock.late - stock.lost
    yield "expedite", "arrives_too_late", runs_out, stock.too_late
    yield "expedite", "request_waits", runs_out & items.critical & items.leans_on_requests, stock.requested
    yield "transfer", "place_short", planned, transfers.quantity
    yield "reduce", "blocked", material & items.blocked, reducible
    yield "reduce", "above_order_up_to", planned & (beyond > levels.lot), reducible
    yield "hold", "critical_spare", critical_spare, stock.on_hand
    yield "hold", "excess", planned & (excess > levels.lot), excess


def _nothing(items: Items) -> Proposals:
    """No action, with the first reason that holds; quantities are not known where stock is not."""
    unknown = items.planned & ~items.stock.known
    reasons = {
        "service": items.service,
        "blocked": items.blocked,
        UNKNOWN_STOCK: unknown,
        "inactive": ~items.planned & ~items.active,
        "no_forecast": ~items.planned,
        "requested": items.leans_on_requests,
    }
    reason = np.select(list(reasons.values()), list(reasons), "above_reorder_point").astype(object)
    quantity = np.where(reason == UNKNOWN_STOCK, NOT_KNOWN, 0)
    return Proposals(np.full(len(items), "none", dtype=object), reason, quantity.astype(np.int64))


def _ordered(items: Items) -> Steps:
    """The lot that brings the supply to the order-up-to level."""
    levels = items.levels
    return steps(
        order_quantities(
            items.stock.supply / UNITS,
            levels.reorder_point / UNITS,
            levels.order_up_to / UNITS,
            items.minimum,
            items.multiple,
        )
    )


def _whole_lots(quantity: Steps, multiple: Floats) -> Steps:
    """The largest whole number of lots that is no more; whole units where there is no lot."""
    lot = np.maximum(steps(np.where(multiple > 0, multiple, 1.0)), 1)
    return np.maximum(quantity, 0) // lot * lot
