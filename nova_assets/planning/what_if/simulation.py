"""What a stock policy would have done with demand that really came: periodic review, backorders, an item per row.

A period goes so: what is due arrives and serves what is waiting, oldest first; demand takes what is in stock, and the
rest waits; at the end of a review period the position (in stock + on order − waiting) is looked at and an order is
placed. An order with a lead time of L periods arrives at the start of the (L + 1)th period after the one it was placed
in: it has to last, with the review, for L + R periods of demand, the protection interval.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nova_assets.planning.policy.ordering import order_quantities
from nova_assets.quantiles import Floats

Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]

Ordering = Callable[[int, Floats], Floats]
"""Period and position of each item → quantity ordered, ≥ 0."""

Z90 = 1.2815515655446004
"""90 % quantile of the standard normal distribution."""


@dataclass(frozen=True)
class Simulated:
    """What happened over the measured periods; arrays hold an item per row, quantities are in the item's unit.

    Attributes:
        periods: how many were measured.
        requested: units requested.
        served: units of them served from stock in the period they were requested in.
        requests: requests; an item's demand of a period is one.
        filled: requests served whole from stock.
        cycles: times between two arrivals that ended.
        short_cycles: those of them in which a request was not served whole.
        mean_stock: mean stock at the end of periods.
        stockout_periods: periods that ended with something waiting.
        orders: orders placed.
        received: units received.
        delivered: units handed out, served at once or later.
        start: stock at the start.
        end: stock at the end.
    """

    periods: int
    requested: Floats
    served: Floats
    requests: Integers
    filled: Integers
    cycles: Integers
    short_cycles: Integers
    mean_stock: Floats
    stockout_periods: Integers
    orders: Integers
    received: Floats
    delivered: Floats
    start: Floats
    end: Floats

    @cached_property
    def unit_fill(self) -> float:
        """Share of the units requested that were served from stock at once; NaN without a request."""
        return _share(self.served, self.requested)

    @cached_property
    def line_fill(self) -> float:
        """Share of the requests that were served whole from stock; NaN without a request."""
        return _share(self.filled, self.requests)

    @cached_property
    def cycle_service(self) -> float:
        """Share of the times between two arrivals in which every request was served whole; NaN without one."""
        return 1.0 - _share(self.short_cycles, self.cycles)

    def of_rows(self, rows: Integers) -> Simulated:
        """The same of some of the items."""
        arrays = {name: value[rows] for name, value in vars(self).items() if isinstance(value, np.ndarray)}
        return replace(self, **arrays)

    def stock_value(self, unit_cost: Floats) -> float:
        """Mean value of stock at the end of periods, of the items whose unit cost is known (not NaN)."""
        return float(np.nansum(unit_cost * self.mean_stock))


def _share(part: NDArray, whole: NDArray) -> float:
    total = whole.sum()
    return float(part.sum() / total) if total > 0 else float("nan")


def fixed_quantity(reorder_point: Floats, quantity: Floats) -> Ordering:
    """(s, Q): when the position is at s or below, as many lots of Q > 0 as bring it above s.

    Args:
        reorder_point: (items,), or (items, periods) where it changes.
        quantity: likewise.
    """

    def order(period: int, position: Floats) -> Floats:
        point, lot = _at(reorder_point, period), _at(quantity, period)
        lots = np.floor((point - position) / lot) + 1.0
        return np.where(position <= point, lots * lot, 0.0)

    return order


def up_to(reorder_point: Floats, order_up_to: Floats) -> Ordering:
    """(s, S): when the position is at s or below, what brings it to S.

    Args:
        reorder_point: (items,), or (items, periods) where it changes.
        order_up_to: likewise, ≥ s.
    """

    def order(period: int, position: Floats) -> Floats:
        missing = np.maximum(_at(order_up_to, period) - position, 0.0)
        return np.where(position <= _at(reorder_point, period), missing, 0.0)

    return order


def at_each_review(order_up_to: Floats) -> Ordering:
    """(R, S): at each review, what brings the position to S.

    Args:
        order_up_to: (items,), or (items, periods) where it changes.
    """
    return up_to(order_up_to, order_up_to)


def in_lots(reorder_point: Floats, order_up_to: Floats, minimum: Floats, multiple: Floats) -> Ordering:
    """(s, S) in quantities that are sold, as a day's recommendations order.

    Args:
        reorder_point: (items,), or (items, periods) where it changes.
        order_up_to: likewise.
        minimum: least that is sold; NaN: any.
        multiple: what it is sold by; NaN: whole units.
    """

    def order(period: int, position: Floats) -> Floats:
        return order_quantities(position, _at(reorder_point, period), _at(order_up_to, period), minimum, multiple)

    return order


def drawn_lead_times(
    mean_days: Floats, p90_days: Floats, periods: int, period_days: float, rng: np.random.Generator
) -> Integers:
    """Lead times in periods of an order placed in each period, (items, periods): log-normal with this 90 % quantile.

    Of ln p90 − ln mean = z·σ − σ²/2 the smaller root is σ: the larger one has a median far below the mean. A 90 %
    quantile below the mean is taken as the mean, and one too far above it (more than e^(z²/2) = 2.27 times) as z.

    Args:
        mean_days: ≥ 0; what takes no time on the mean never does.
        p90_days: nine of ten orders take no longer.
        period_days: days of a period; part of one counts as a whole.
    """
    mean_days = np.maximum(mean_days, 1e-12)
    distance = np.clip(np.log(np.maximum(p90_days / mean_days, 1.0)), 0.0, Z90**2 / 2)
    sigma = Z90 - np.sqrt(Z90**2 - 2 * distance)
    normal = rng.standard_normal((len(mean_days), periods))
    days = np.exp(np.log(mean_days)[:, None] - sigma[:, None] ** 2 / 2 + sigma[:, None] * normal)
    return np.ceil(days / period_days - 1e-9).astype(np.int64)


def simulate(
    demand: Floats,
    lead_times: Integers,
    ordering: Ordering,
    on_hand: Floats,
    review_periods: int = 1,
    measured_from: int = 0,
) -> Simulated:
    """Follow a policy through demand that came, nothing being on order at the start.

    Args:
        demand: (items, periods), ≥ 0.
        lead_times: periods, ≥ 0: (items,), or (items, periods) by the period of the order, which may overtake another.
        ordering: what is ordered.
        on_hand: stock at the start, ≥ 0.
        review_periods: periods between two reviews; the first is at the end of the first period.
        measured_from: first period that is measured; those before it let stock and open orders settle.

    Raises:
        ValueError: demand or a lead time is below zero, or there is no period to measure.
    """
    items, periods = demand.shape
    if not 0 <= measured_from < periods:
        raise ValueError(f"Nothing is measured from period {measured_from} of {periods} on.")
    if (demand < 0).any() or (lead_times < 0).any():
        raise ValueError("Demand and lead times must not be below zero.")
    waits = np.broadcast_to(lead_times.reshape(items, -1), (items, periods))
    arriving = np.zeros((items, periods + int(waits.max(initial=0)) + 1))
    state = _State(on_hand.astype(np.float64), np.zeros(items), np.zeros(items), np.zeros(items, dtype=np.bool_))
    measured, start = _Measured.nothing(items), state.on_hand
    every = np.arange(items)
    for period in range(periods):
        if period == measured_from:
            measured, start = _Measured.nothing(items), state.on_hand
        received = arriving[:, period]
        measured.cycles += received > 0
        measured.short_cycles += (received > 0) & state.short
        served, late = state.pass_period(received, demand[:, period])
        ordered = np.zeros(items)
        if period % review_periods == 0:
            ordered = ordering(period, state.position)
            state.on_order += ordered
            arriving[every, period + 1 + waits[:, period]] += ordered
        measured.received += received
        measured.orders += ordered > 0
        measured.add(state, demand[:, period], served, late)
    return measured.result(periods - measured_from, start, state.on_hand)


def _at(values: Floats, period: int) -> Floats:
    return values if values.ndim == 1 else values[:, period]


@dataclass
class _State:
    """Of each item: in stock, on order, waiting, and whether a request was short since the last arrival."""

    on_hand: Floats
    on_order: Floats
    waiting: Floats
    short: Booleans

    @property
    def position(self) -> Floats:
        return self.on_hand + self.on_order - self.waiting

    def pass_period(self, received: Floats, demand: Floats) -> tuple[Floats, Floats]:
        """Receive, serve what waits and then what is requested; returns what is served of this, and of that."""
        self.on_order -= received
        available = self.on_hand + received
        late = np.minimum(available, self.waiting)
        served = np.minimum(available - late, demand)
        self.on_hand = available - late - served
        self.waiting = self.waiting - late + demand - served
        self.short = np.where(received > 0, False, self.short) | (served < demand)
        return served, late


@dataclass
class _Measured:
    """Sums over the measured periods, as `Simulated` names them."""

    requested: Floats
    served: Floats
    requests: Integers
    filled: Integers
    cycles: Integers
    short_cycles: Integers
    stock: Floats
    stockout_periods: Integers
    orders: Integers
    received: Floats
    delivered: Floats

    @classmethod
    def nothing(cls, items: int) -> _Measured:
        floats, integers = (lambda: np.zeros(items)), (lambda: np.zeros(items, dtype=np.int64))
        return cls(
            requested=floats(),
            served=floats(),
            requests=integers(),
            filled=integers(),
            cycles=integers(),
            short_cycles=integers(),
            stock=floats(),
            stockout_periods=integers(),
            orders=integers(),
            received=floats(),
            delivered=floats(),
        )

    def add(self, state: _State, demand: Floats, served: Floats, late: Floats) -> None:
        """Count the demand of a period that ended in a state."""
        self.requested += demand
        self.served += served
        self.requests += demand > 0
        self.filled += (demand > 0) & (served >= demand)
        self.stock += state.on_hand
        self.stockout_periods += state.waiting > 0
        self.delivered += served + late

    def result(self, periods: int, start: Floats, end: Floats) -> Simulated:
        return Simulated(
            periods=periods,
            requested=self.requested,
            served=self.served,
            requests=self.requests,
            filled=self.filled,
            cycles=self.cycles,
            short_cycles=self.short_cycles,
            mean_stock=self.stock / periods,
            stockout_periods=self.stockout_periods,
            orders=self.orders,
            received=self.received,
            delivered=self.delivered,
            start=start,
            end=end,
        )
