"""The policies of an assortment: when to order each item and how much, by three methods. Arrays in, arrays out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nova_assets.planning.demand import ProtectionDemand
from nova_assets.planning.parameters import Method, Parameters
from nova_assets.planning.policy.allocation import (
    Assortment,
    multiplier_for_budget,
    multiplier_for_fill,
    price_weights,
    service_levels,
    spread_periods,
)
from nova_assets.planning.policy.classic import classic_reorder_point
from nova_assets.planning.policy.lots import economic_order_quantity, usual_lot
from nova_assets.quantiles import Floats

DAYS_A_WEEK = 7.0
DAYS_A_YEAR = 365.0


@dataclass(frozen=True)
class Items:
    """What is known of items at the end of a day, an item per row; quantities in the item's unit.

    Attributes:
        demand: over lead time and review period.
        protection_days: mean of lead time and review period together.
        weekly_mean: mean demand of past weeks.
        weekly_sd: its standard deviation.
        request_size: mean quantity of a request, > 0.
        unit_cost: BRL per unit; NaN: not known.
        minimum: least that is sold; NaN: any.
        multiple: what it is sold by; NaN: whole units.
        criticality: code of the source; None: not known.
        abc_class: A, B or C; None: not known.
    """

    demand: ProtectionDemand
    protection_days: Floats
    weekly_mean: Floats
    weekly_sd: Floats
    request_size: Floats
    unit_cost: Floats
    minimum: Floats
    multiple: Floats
    criticality: NDArray[np.object_]
    abc_class: NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.demand)

    @property
    def priced(self) -> NDArray[np.bool_]:
        return self.unit_cost > 0

    @property
    def daily_demand(self) -> Floats:
        """Expected, as forecast."""
        return self.demand.mean / self.protection_days


@dataclass(frozen=True)
class Policy:
    """When to order and how much, an item per row, item's unit.

    Attributes:
        target_service: chance that the demand of lead time and review period stays within the reorder point.
        mean: that demand, expected.
        reorder_point: position at or below which is ordered.
        order_quantity: what an order usually adds to it.
    """

    target_service: Floats
    mean: Floats
    reorder_point: Floats
    order_quantity: Floats

    @property
    def safety_stock(self) -> Floats:
        """Reorder point − expected demand, exactly; below zero where the target is below what the mean has."""
        return self.reorder_point - self.mean

    @property
    def order_up_to(self) -> Floats:
        return self.reorder_point + self.order_quantity


@dataclass(frozen=True)
class Policies:
    """The policies of all items by all methods.

    Attributes:
        by_method: each method's.
        served: the method that each item is planned by.
        eoq: economic order quantity; NaN where no cost is known.
        weights: penalty of a unit of stock in the allocation.
        multiplier: the allocation's; NaN where no item has an expected demand.
        assortment: the items that the multiplier was found for.
        allocated: which items those are.
    """

    by_method: Mapping[Method, Policy]
    served: NDArray[np.object_]
    eoq: Floats
    weights: Floats
    multiplier: float
    assortment: Assortment
    allocated: NDArray[np.bool_]

    @cached_property
    def planned(self) -> Policy:
        """The policy that each item is planned by."""
        chosen = [self.served == method for method in self.by_method]

        def of(name: str) -> Floats:
            return np.select(chosen, [getattr(policy, name) for policy in self.by_method.values()])

        return Policy(of("target_service"), of("mean"), of("reorder_point"), of("order_quantity"))


def policies(items: Items, parameters: Parameters) -> Policies:
    """The policies of `items` by every method. All of them order the same lots, so that they differ in stock alone."""
    annual = items.daily_demand * DAYS_A_YEAR
    costs = parameters.costs
    eoq = economic_order_quantity(annual, costs.order_cost_brl, items.unit_cost, costs.holding_rate)
    lot = usual_lot(eoq, annual, items.minimum, items.multiple, costs)
    weights = price_weights(
        items.unit_cost,
        items.request_size,
        parameters.targets.criticality_weights(items.criticality.tolist()),
        spread_periods(items.demand, items.daily_demand),
    )
    allocated = allocatable(items)
    assortment = assortment_of(items, lot, weights, parameters.floor, allocated)
    multiplier = found_multiplier(assortment, parameters)
    targets = parameters.targets.of(items.criticality.tolist(), items.abc_class.tolist())
    levels = targets if np.isnan(multiplier) else service_levels(multiplier, weights, parameters.floor)
    return Policies(
        by_method={
            Method.SERVICE: by_quantile(items.demand, targets, lot),
            Method.ALLOCATED: by_quantile(items.demand, levels, lot),
            Method.CLASSIC: by_classic_formula(items, targets, lot),
        },
        served=served_methods(items, parameters.method),
        eoq=eoq,
        weights=weights,
        multiplier=multiplier,
        assortment=assortment,
        allocated=allocated,
    )


def allocatable(items: Items) -> NDArray[np.bool_]:
    """The items among which a multiplier is found: expected to be demanded, with a price where any item has one."""
    demanded = items.demand.mean > 0
    priced = demanded & items.priced
    return priced if priced.any() else demanded


def assortment_of(items: Items, lot: Floats, weights: Floats, floor: float, some: NDArray[np.bool_]) -> Assortment:
    """Some of the items as the allocation sees them."""
    return Assortment(
        demand=ProtectionDemand(items.demand.mean[some], items.demand.quantiles[some]),
        period_demand=items.daily_demand[some],
        request_size=items.request_size[some],
        order_quantity=lot[some],
        unit_cost=items.unit_cost[some],
        weights=weights[some],
        floor=np.full(int(some.sum()), floor),
    )


def found_multiplier(assortment: Assortment, parameters: Parameters) -> float:
    """The one that keeps to the budget where there is one and prices are known, else the one that reaches the fill."""
    if not len(assortment.demand):
        return float("nan")
    if parameters.budget_brl is not None and np.isfinite(assortment.unit_cost).any():
        return multiplier_for_budget(assortment, parameters.budget_brl)
    return multiplier_for_fill(assortment, parameters.fill_target)


def by_quantile(demand: ProtectionDemand, target: Floats, lot: Floats) -> Policy:
    """The reorder point is the quantile of demand at the target service."""
    return Policy(target, demand.mean, demand.quantile(target), lot)


def by_classic_formula(items: Items, target: Floats, lot: Floats) -> Policy:
    """The classic formula over the same days as the other methods, from the mean and scatter of past weeks."""
    weeks = items.protection_days / DAYS_A_WEEK
    point = classic_reorder_point(items.weekly_mean, items.weekly_sd, weeks, target)
    return Policy(target, items.weekly_mean * weeks, point, lot)


def served_methods(items: Items, method: Method | None) -> NDArray[np.object_]:
    """The method that each item is planned by."""
    if method is not None:
        return np.full(len(items), method, dtype=object)
    return np.where(items.priced, np.array(Method.ALLOCATED, dtype=object), np.array(Method.SERVICE, dtype=object))
