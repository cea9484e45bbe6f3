"""What an engineer wants to see of a day's policies: how the allocation came out, and what each method costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import dagster as dg
import numpy as np

from nova_assets.images import image
from nova_assets.planning.parameters import Method
from nova_assets.planning.policy.allocation import Assortment, service_levels
from nova_assets.planning.policy.classic import classic_reorder_point
from nova_assets.planning.policy.one_day import PolicyDay
from nova_assets.planning.policy.policies import DAYS_A_WEEK, Items, assortment_of
from nova_assets.quantiles import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SHOWN_ITEMS = 500
"""Items of which the curves are drawn: every n-th. Of all, the picture would cost more than the plan itself."""

LEVELS = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 0.995)
"""Target services along the curves of the methods that have one for all items."""

COLORS: Mapping[Method, str] = {
    Method.SERVICE: "#3b6ea8",
    Method.ALLOCATED: "#e0a030",
    Method.CLASSIC: "#9aa5b1",
}


def summary(day: PolicyDay) -> dict[str, Any]:
    """Metadata of a day: items by method, the multiplier, fill and stock of each method, and their curves."""
    items, found = day.items, day.policies
    counted = {
        "items": len(items),
        "items_without_price": int((~items.priced).sum()),
        "planned_by": dg.MetadataValue.json(Counter(method.value for method in found.served)),
    }
    if not found.allocated.any():
        return counted
    rates = {
        method: _rates(found.assortment, policy.reorder_point[found.allocated])
        for method, policy in found.by_method.items()
    }
    allocated = rates[Method.ALLOCATED]
    priced = {"stock_brl": allocated.stock_brl, "stock_against_fill": _curves(day)} if items.priced.any() else {}
    return {
        **counted,
        "multiplier": found.multiplier,
        "line_fill": allocated.line_fill,
        "unit_fill": allocated.unit_fill,
        "by_method": dg.MetadataValue.md(_table(rates)),
        **priced,
    }


@dataclass(frozen=True)
class Rates:
    """What reorder points are expected to come to, all items together."""

    line_fill: float
    unit_fill: float
    stock_brl: float


def _rates(assortment: Assortment, reorder_point: Floats) -> Rates:
    return Rates(
        assortment.line_fill(reorder_point), assortment.unit_fill(reorder_point), assortment.stock_value(reorder_point)
    )


def _table(rates: Mapping[Method, Rates]) -> str:
    lines = [
        f"| {method.value} | {of.line_fill:.3f} | {of.unit_fill:.3f} | {of.stock_brl:,.0f} |"
        for method, of in rates.items()
    ]
    head = ["| method | requests filled | units filled | stock, BRL |", "|---|---|---|---|"]
    return "\n".join([*head, *lines])


def _curves(day: PolicyDay) -> dg.MarkdownMetadataValue:
    """Stock value against fill, when each method's one parameter moves."""
    found, items = day.policies, day.items
    rows = np.flatnonzero(found.allocated)
    some = np.zeros(len(items), dtype=bool)
    some[rows[:: -(-len(rows) // SHOWN_ITEMS)]] = True
    lots = found.by_method[Method.SERVICE].order_quantity
    assortment = assortment_of(items, lots, found.weights, day.parameters.floor, some)

    def draw(axes: Axes) -> None:
        for method, points in _points(items, some, assortment):
            stock = [assortment.stock_value(point) for point in points]
            fill = [assortment.line_fill(point) for point in points]
            axes.plot(stock, fill, marker="o", ms=3, lw=1.2, color=COLORS[method], label=method.value)
        axes.set_xlabel("expected value of stock, BRL", fontsize=8)
        axes.set_ylabel("requests filled", fontsize=8)
        axes.legend(fontsize=8, frameon=False)

    return dg.MetadataValue.md(image(f"Stock against fill, {int(some.sum()):,} items", draw))


def _points(items: Items, some: np.ndarray, assortment: Assortment) -> Iterator[tuple[Method, list[Floats]]]:
    """Reorder points of each method along its curve."""
    yield Method.SERVICE, [assortment.demand.quantile(level) for level in LEVELS]
    # From the multiplier at which no item has less than the highest level to that at which half have the lowest.
    ends = (1 - LEVELS[-1]) / assortment.weights.max(), (1 - LEVELS[0]) / np.median(assortment.weights)
    multipliers = np.geomspace(*ends, len(LEVELS))
    levels = [service_levels(multiplier, assortment.weights, assortment.floor) for multiplier in multipliers]
    yield Method.ALLOCATED, [assortment.demand.quantile(level) for level in levels]
    weeks = items.protection_days[some] / DAYS_A_WEEK
    mean, sd = items.weekly_mean[some], items.weekly_sd[some]
    yield Method.CLASSIC, [classic_reorder_point(mean, sd, weeks, np.full(len(mean), level)) for level in LEVELS]
