"""How much service each item gets when all items together must reach a fill rate, or stay within a stock budget.

One multiplier λ for the whole assortment. A reorder point is raised while the chance that demand exceeds it is more
than the penalty of one more unit in stock, λ·wᵢ, so that the target service of item i is 1 − λ·wᵢ. The weight is

    wᵢ = cᵢ·√z̄ᵢ·tᵢ ÷ bᵢ

with cᵢ the unit cost relative to the median one, z̄ᵢ the mean size of a request, tᵢ the time that demand takes to use up
what safety stock is measured by, σ ÷ m, and bᵢ how critical the item is.

Marginal analysis (Sherbrooke 2004, *Optimal Inventory Modeling of Systems*, chapter 2) buys the unit that raises the
rate most for its money. A unit raises the units served at once, of the m that an item is asked for in a period, by
m·f(s), and the requests served whole by m·f(s) ÷ z̄, with f the density of demand over the protection interval. With a
tail that falls by a factor of e over σ, f(s) = P(D > s) ÷ σ: money is spent best where P(D > s) = λ·c·σ ÷ m for units
and λ·c·z̄·σ ÷ m for requests. The root of z̄ lies between them and raises both rates. Where nothing is known of σ ÷ m,
tᵢ = 1 leaves price × √size.

Rates of an assortment, expected of reorder points s and order quantities Q, D being demand over lead time and review
period. The position after an order is spread evenly over s … s + Q (Hadley & Whitin 1963, *Analysis of Inventory
Systems*, chapter 4).

* A request meets the demand of the protection interval, and is itself more than the mean demand m of the period that it
  falls into: what it needs is D + u, with the surplus u = z̄ − m, not below zero.
* Line fill: share of the requests that stock serves whole, P(D + u ≤ position).
* Unit fill: share of the units requested that stock serves at once, 1 − (E[(D+a−s)⁺] − E[(D+a−s−Q)⁺]) ÷ Q: the
  expected shortage per order quantity (Silver, Pyke & Thomas 2017, section 7.11), with a = u − 1, not below zero, of
  its request ahead of a unit, which is exact for geometric sizes.
* Stock: E[(position − D)⁺], at the end of review periods.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from nova_assets.planning.demand import ProtectionDemand
from nova_assets.quantiles import Floats

CEILING = 0.999
"""Highest target service: what is beyond it, a few years of demand do not tell."""

FLOOR = 0.01
"""Lowest target service: the lowest level at which demand over the protection interval is known."""

POSITIONS = 4
"""Positions between s + 1 and s + Q over which expectations are averaged."""

MULTIPLIERS = 40
"""Multipliers at which the fill is looked up for a curve."""

HALVINGS = 24
"""Of the interval that holds the multiplier, on a logarithmic scale: to a millionth of it."""


@dataclass(frozen=True)
class Assortment:
    """Items that share a multiplier; arrays hold an item per row, quantities are in the item's unit.

    Attributes:
        demand: over lead time and review period.
        period_demand: expected demand of a period, equally long for all items; rates are weighted by it.
        request_size: mean quantity of a request, > 0: of a line, or of a period with demand where that is all that is
            known.
        order_quantity: what an order adds to the reorder point, > 0.
        unit_cost: BRL per unit; NaN where it is not known.
        weights: as `price_weights` gives them.
        floor: lowest target service of each item, within (0, 1).
        ceiling: highest target service.
    """

    demand: ProtectionDemand
    period_demand: Floats
    request_size: Floats
    order_quantity: Floats
    unit_cost: Floats
    weights: Floats
    floor: Floats
    ceiling: float = CEILING

    def reorder_points(self, multiplier: float) -> Floats:
        """The quantile of demand at each item's target service."""
        return self.demand.quantile(service_levels(multiplier, self.weights, self.floor, self.ceiling))

    def unit_fill(self, reorder_point: Floats) -> float:
        """Expected share of the units requested that stock serves at once, all items together."""
        filled = expected_unit_fill(self.demand, reorder_point, self.order_quantity, self.surplus)
        return weighted_mean(filled, self.period_demand)

    def line_fill(self, reorder_point: Floats) -> float:
        """Expected share of the requests that stock serves whole, all items together."""
        filled = expected_line_fill(self.demand, reorder_point, self.order_quantity, self.surplus)
        return weighted_mean(filled, self.period_demand / self.request_size)

    @property
    def surplus(self) -> Floats:
        """How much more a request is than the mean demand of the period that it falls into, ≥ 0."""
        return np.maximum(self.request_size - self.period_demand, 0.0)

    def stock_value(self, reorder_point: Floats) -> float:
        """Expected value of stock in BRL, of the items whose unit cost is known."""
        return float(np.nansum(self.unit_cost * expected_stock(self.demand, reorder_point, self.order_quantity)))


def price_weights(
    unit_cost: Floats, mean_request_size: Floats, criticality_weight: Floats, spread_periods: Floats | float = 1.0
) -> Floats:
    """Penalty of one more unit in stock: c·√z̄·t ÷ b, (items,), > 0.

    An item without a price costs what the median item costs. Where no item has one, the rest says nothing either (a
    request of a hundred screws is not worth more than one of a pump) and the weight is 1 ÷ b: one level per
    criticality.

    Args:
        unit_cost: per unit; NaN or not above zero: not known.
        mean_request_size: z̄, > 0.
        criticality_weight: b, > 0; 1 is an item like others, 2 one whose shortage is twice as bad.
        spread_periods: t, > 0, as `spread_periods` gives it.

    Raises:
        ValueError: when a size, a criticality weight or a spread is not above zero.
    """
    if not ((mean_request_size > 0).all() and (criticality_weight > 0).all() and np.all(spread_periods > 0)):
        raise ValueError("Mean request sizes, criticality weights and spreads must be above zero.")
    known = unit_cost > 0
    if not known.any():
        return 1.0 / criticality_weight
    relative = np.where(known, unit_cost, 1.0) / np.median(unit_cost[known])
    return np.where(known, relative, 1.0) * np.sqrt(mean_request_size) * spread_periods / criticality_weight


def spread_periods(demand: ProtectionDemand, period_demand: Floats) -> Floats:
    """Periods that demand takes to use up one standard deviation σ of the protection interval's: σ ÷ m, (items,), > 0.

    An item that nothing is expected of, or whose demand does not scatter, is as the median of the others.

    Args:
        period_demand: m, expected demand of a period, equally long for all items.
    """
    known = (period_demand > 0) & (demand.variance > 0)
    if not known.any():
        return np.ones(len(demand))
    periods = np.sqrt(demand.variance[known]) / period_demand[known]
    found = np.full(len(demand), np.median(periods))
    found[known] = periods
    return found


def service_levels(multiplier: float, weights: Floats, floor: Floats | float, ceiling: float = CEILING) -> Floats:
    """Target service of each item, within floor and ceiling: 1 − λ·w. It falls as the multiplier rises."""
    return np.clip(1.0 - multiplier * weights, floor, ceiling)


def multiplier_for_fill(
    assortment: Assortment, target: float, fill: Callable[[Assortment, Floats], float] = Assortment.line_fill
) -> float:
    """The largest multiplier with which the assortment is expected to reach a fill rate.

    Where no multiplier reaches it, the one that puts every item at the ceiling.

    Args:
        target: within (0, 1).
        fill: `Assortment.line_fill` or `Assortment.unit_fill`.
    """
    return _boundary(assortment, lambda reorder_point: fill(assortment, reorder_point) >= target)[0]


def multipliers_for_fills(assortment: Assortment, targets: Sequence[float]) -> Floats:
    """The multipliers with which the assortment is expected to fill each share of the requests, nearly.

    They are read off the fills of a few multipliers, for a curve: a search for each looks at ten times as many. Where a
    target is beyond what ceiling or floors have, the nearest; ones where there is no item.
    """
    if not len(assortment.demand):
        return np.ones(len(targets))
    low, high = _extremes(assortment)
    multipliers = np.geomspace(high, low, MULTIPLIERS)
    fills = [assortment.line_fill(assortment.reorder_points(multiplier)) for multiplier in multipliers.tolist()]
    return np.exp(np.interp(targets, np.maximum.accumulate(fills), np.log(multipliers)))


def multiplier_for_budget(assortment: Assortment, budget_brl: float) -> float:
    """The smallest multiplier with which the expected value of stock stays within a budget: the most service for it.

    Where no multiplier does, the one that puts every item at its floor.

    Raises:
        ValueError: no item has a unit cost.
    """
    if not np.isfinite(assortment.unit_cost).any():
        raise ValueError("A stock budget needs unit costs, and no item has one.")
    return _boundary(assortment, lambda reorder_point: assortment.stock_value(reorder_point) > budget_brl)[1]


def expected_unit_fill(
    demand: ProtectionDemand, reorder_point: Floats, order_quantity: Floats, surplus: Floats | float = 0.0
) -> Floats:
    """Share of each item's units that stock is expected to serve at once (formula in the module's docstring).

    Args:
        surplus: how much more a request is than the mean demand of the period that it falls into, ≥ 0; none where units
            are requested one by one.
    """
    left = reorder_point - np.maximum(surplus - 1.0, 0.0)
    short = demand.expected_shortage(left) - demand.expected_shortage(left + order_quantity)
    return np.clip(1.0 - short / order_quantity, 0.0, 1.0)


def expected_line_fill(
    demand: ProtectionDemand, reorder_point: Floats, order_quantity: Floats, surplus: Floats
) -> Floats:
    """Share of each item's requests that stock is expected to serve whole (formula in the module's docstring).

    Args:
        surplus: as for units.
    """
    left = [position - surplus for position in _positions(reorder_point, order_quantity)]
    chances = [np.where(rest >= 0, 1.0 - demand.exceedance(np.maximum(rest, 0.0)), 0.0) for rest in left]
    return np.mean(chances, axis=0)


def expected_stock(demand: ProtectionDemand, reorder_point: Floats, order_quantity: Floats) -> Floats:
    """Units of each item expected in stock at the end of review periods."""
    # The mean of the distribution itself, which the stored quantiles know only nearly as the forecast does.
    mean = demand.expected_shortage(np.zeros(len(demand)))
    held = [at - mean + demand.expected_shortage(at) for at in _positions(reorder_point, order_quantity)]
    return np.mean(held, axis=0)


def _positions(reorder_point: Floats, order_quantity: Floats) -> Iterator[Floats]:
    """Positions after an order, evenly from s + 1 to s + Q: whole units rise from the reorder point by one at least."""
    first = np.minimum(order_quantity, 1.0)
    for step in range(POSITIONS):
        yield reorder_point + first + (order_quantity - first) * (step + 0.5) / POSITIONS


def weighted_mean(rate: Floats, weight: Floats) -> float:
    """Weighted mean; NaN without any weight."""
    total = weight.sum()
    return float((rate * weight).sum() / total) if total > 0 else float("nan")


def _extremes(assortment: Assortment) -> tuple[float, float]:
    """The multipliers below and above which no target moves: all at the ceiling, all at their floors."""
    weights = assortment.weights
    return float((1.0 - assortment.ceiling) / weights.max()), float(((1.0 - assortment.floor) / weights).max())


def _boundary(assortment: Assortment, holds: Callable[[Floats], bool]) -> tuple[float, float]:
    """Two multipliers next to each other: what holds with the first holds no longer with the second.

    Both are the one that puts every item at the ceiling where it never holds, and the one that puts every item at its
    floor where it always does.
    """
    low, high = _extremes(assortment)
    if not holds(assortment.reorder_points(low)):
        return low, low
    if holds(assortment.reorder_points(high)):
        return high, high
    for _ in range(HALVINGS):
        middle = float(np.sqrt(low * high))
        if holds(assortment.reorder_points(middle)):
            low = middle
        else:
            high = middle
    return low, high
