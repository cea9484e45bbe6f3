"""What service costs: fill, stock and orders of each method along a grid of targets, by segment of the assortment.

Arrays in, arrays out: what is expected of a day's policies, and what policies made on past days would have done.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nova_assets.planning.parameters import Method, Parameters
from nova_assets.planning.policy.allocation import (
    expected_line_fill,
    expected_stock,
    expected_unit_fill,
    multipliers_for_fills,
    service_levels,
    weighted_mean,
)
from nova_assets.planning.policy.classic import classic_reorder_point
from nova_assets.planning.policy.policies import DAYS_A_WEEK, Items, policies
from nova_assets.planning.what_if.simulation import Integers, Simulated, in_lots, simulate
from nova_assets.quantiles import Floats

TARGETS = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.92, 0.94, 0.96, 0.97, 0.98, 0.99, 0.995)
"""What a slider can be set to: of `service` and `classic` the target of every item, of `allocated` the share of
requests that all items together are expected to fill."""

WEEKS_A_YEAR = 52.0


@dataclass(frozen=True)
class Segment:
    """Some of the items: all of them, a family, or a class.

    Attributes:
        kind: `all`, `family` or `abc_class`.
        name: which one.
        rows: their rows.
    """

    kind: str
    name: str
    rows: NDArray[np.int64]


@dataclass(frozen=True)
class Rates:
    """What a segment comes to.

    Attributes:
        items: how many they are.
        line_fill: share of requests served whole from stock; NaN without requests.
        unit_fill: share of units served from stock at once.
        cycle_service: share of times between two arrivals without a shortage; NaN where it is not known.
        stock: units in stock, of all items as they are counted.
        stock_value: value of stock, of the items with a price; NaN where there is none.
        orders_a_year: orders placed in a year.
    """

    items: int
    line_fill: float
    unit_fill: float
    cycle_service: float
    stock: float
    stock_value: float
    orders_a_year: float


@dataclass(frozen=True)
class Point:
    """What one segment comes to when a method has a target."""

    method: Method
    target: float
    segment: Segment
    rates: Rates


@dataclass(frozen=True)
class Levels:
    """When to order and how much, along `TARGETS`; an item per row.

    Attributes:
        lot: what an order adds to the reorder point.
        points: method → target → reorder points.
    """

    lot: Floats
    points: Mapping[Method, Mapping[float, Floats]]

    @classmethod
    def of(cls, items: Items, parameters: Parameters) -> Levels:
        """With the lots and weights of the items' plan."""
        found = policies(items, parameters)
        demand, weeks = items.demand, items.protection_days / DAYS_A_WEEK
        multipliers = dict(zip(TARGETS, multipliers_for_fills(found.assortment, TARGETS), strict=True))

        def allocated(target: float) -> Floats:
            return demand.quantile(service_levels(multipliers[target], found.weights, parameters.floor))

        def classic(target: float) -> Floats:
            return classic_reorder_point(items.weekly_mean, items.weekly_sd, weeks, np.full(len(items), target))

        by_method = {Method.SERVICE: demand.quantile, Method.ALLOCATED: allocated, Method.CLASSIC: classic}
        return cls(
            found.by_method[Method.SERVICE].order_quantity,
            {method: {target: points(target) for target in TARGETS} for method, points in by_method.items()},
        )

    def of_rows(self, rows: NDArray[np.int64]) -> Levels:
        """The same of some items, in this order."""
        points = {method: {target: at[rows] for target, at in of.items()} for method, of in self.points.items()}
        return Levels(self.lot[rows], points)


@dataclass(frozen=True)
class Grid:
    """A day's items, and their levels."""

    items: Items
    levels: Levels

    def expected(self, segments: Sequence[Segment]) -> Iterator[Point]:
        """What the distributions of demand say of each method and target."""
        items, levels = self.items, self.levels
        # An item that nothing is expected of has no lot, and no order.
        lot = np.maximum(levels.lot, 1e-9)
        surplus = np.maximum(items.request_size - items.daily_demand, 0.0)
        orders = items.daily_demand * DAYS_A_WEEK * WEEKS_A_YEAR / lot
        for method, target, point in _each(levels):
            stock = expected_stock(items.demand, point, lot)
            units = expected_unit_fill(items.demand, point, lot, surplus)
            lines = expected_line_fill(items.demand, point, lot, surplus)
            for segment in segments:
                at = segment.rows
                rates = Rates(
                    items=len(at),
                    line_fill=weighted_mean(lines[at], items.daily_demand[at] / items.request_size[at]),
                    unit_fill=weighted_mean(units[at], items.daily_demand[at]),
                    cycle_service=float("nan"),
                    stock=float(stock[at].sum()),
                    stock_value=_value(stock[at], items.unit_cost[at]),
                    orders_a_year=float(orders[at].sum()),
                )
                yield Point(method, target, segment, rates)


@dataclass(frozen=True)
class Past:
    """Weeks that have passed, and the plans made meanwhile; an item per row.

    Attributes:
        demand: (items, weeks).
        lead_times: weeks from an order to its arrival, (items, weeks of the order).
        plans: week of the plan → its levels, rising from week 0.
        unit_cost: BRL per unit; NaN: not known.
        minimum: least that is sold; NaN: any.
        multiple: what it is sold by; NaN: whole units.
        review_weeks: between two looks at an item.
        measured_from: first week that is measured.
    """

    demand: Floats
    lead_times: Integers
    plans: Mapping[int, Levels]
    unit_cost: Floats
    minimum: Floats
    multiple: Floats
    review_weeks: int
    measured_from: int

    @property
    def weeks(self) -> int:
        """How many are measured."""
        return self.demand.shape[1] - self.measured_from

    def simulated(self, segments: Sequence[Segment]) -> Iterator[Point]:
        """What came of each method and target."""
        of_week = np.searchsorted(list(self.plans), np.arange(self.demand.shape[1]), side="right") - 1
        plans = list(self.plans.values())
        lot = np.stack([plan.lot for plan in plans], axis=1)
        for method, target, _ in _each(plans[0]):
            made = np.stack([plan.points[method][target] for plan in plans], axis=1)
            found = self._simulate(made[:, of_week], (made + lot)[:, of_week])
            for segment in segments:
                yield Point(method, target, segment, self._rates(found.of_rows(segment.rows), segment.rows))

    def _simulate(self, reorder_point: Floats, order_up_to: Floats) -> Simulated:
        return simulate(
            self.demand,
            self.lead_times,
            in_lots(reorder_point, order_up_to, self.minimum, self.multiple),
            order_up_to[:, 0],
            self.review_weeks,
            self.measured_from,
        )

    def _rates(self, found: Simulated, rows: NDArray[np.int64]) -> Rates:
        return Rates(
            items=len(rows),
            line_fill=found.line_fill,
            unit_fill=found.unit_fill,
            cycle_service=found.cycle_service,
            stock=float(found.mean_stock.sum()),
            stock_value=_value(found.mean_stock, self.unit_cost[rows]),
            orders_a_year=float(found.orders.sum()) * WEEKS_A_YEAR / self.weeks,
        )


def _each(levels: Levels) -> Iterator[tuple[Method, float, Floats]]:
    for method, of_method in levels.points.items():
        for target, point in of_method.items():
            yield method, target, point


def _value(stock: Floats, unit_cost: Floats) -> float:
    priced = unit_cost > 0
    return float((stock[priced] * unit_cost[priced]).sum()) if priced.any() else float("nan")
