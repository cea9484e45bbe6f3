"""What stock the product's policies need for the service of the present formula, on published items with prices.

Takes every `<name>.parquet` of a folder (`unique_id, ds, y`; weekly or monthly) whose `<name>_items.parquet` has prices
and lead times; `assortments.NAMES` says what the columns may be called. The latest two fifths of the periods are
simulated: periodic review, backorders, each item's real lead time; before them a lead time in which stock settles.
Every four periods demand is forecast anew from what was known by then, by the models that every run of the product
makes and the ensemble that past origins speak for, over the lead time and the review of a period. All methods order
the same lots, max(minimum, economic quantity, 1) for a year at most. Items have two demands before these periods.

Prints for each set and method lines and units filled, mean stock value and orders along a grid of what is asked for,
and the stock value needed at 90 % of the lines and at 85 % of the units, relative to the present formula: both curves
are read at what was reached. Where the items have a store's own `min_rop, max_stock`, those are simulated too, and the
stock needed to fill as many lines, and as many units, in lots of the store's size, is compared with the store's.

`--json` ends with one line: `sets`, each with `stock_ratio_lines90` and `stock_ratio_units85` of the allocation, and
`minmax_ratio_lines` and `minmax_ratio_units` where the store's own settings are known; null where a curve does not
reach so far.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pandas as pd
from assortments import MONTHS_A_YEAR, WEEKS_A_YEAR, Items, NotMeasurableError
from published import DATA, FIRST_MONDAY, as_weeks, is_monthly, tell
from reforecast import Served, served_forecasts

from nova_assets import settings
from nova_assets.forecasting.catalogue import CATALOGUE, MadeIn
from nova_assets.forecasting.history import WEEK
from nova_assets.forecasting.models import MODELS
from nova_assets.forecasting.models.protocol import Model
from nova_assets.forecasting.parameters import FEWEST_DEMANDS
from nova_assets.forecasting.portfolio import Floats
from nova_assets.planning.demand import ProtectionDemand
from nova_assets.planning.policy.allocation import (
    FLOOR,
    Assortment,
    multipliers_for_fills,
    price_weights,
    spread_periods,
)
from nova_assets.planning.policy.classic import classic_reorder_point
from nova_assets.planning.policy.lots import LotCosts, economic_order_quantity, usual_lot
from nova_assets.planning.what_if.simulation import Simulated, in_lots, simulate

MEASURED_SHARE = 0.4
FEWEST_PERIODS = 20
LINES, UNITS = 0.90, 0.85

CLASSIC, SERVICE, ALLOCATED = "classic", "service", "allocated"
BY_PRICE, FLOORED = "allocated by price × √size", "allocated, floor of the settings"
TARGETS = (0.01, 0.05, *np.linspace(0.1, 0.8, 8), *(1 - np.geomspace(0.18, 0.001, 22)))
GRID: Mapping[str, Sequence[float]] = {
    CLASSIC: tuple(NormalDist().cdf(z) for z in np.linspace(-3, 7, 51)),
    SERVICE: TARGETS,
    ALLOCATED: TARGETS,
    FLOORED: TARGETS,
    BY_PRICE: TARGETS,
}
"""Method → what is asked for: target service of each item, or lines expected to be filled of all."""

SHOWN = 8


@dataclass(frozen=True)
class Plan:
    """What is known before a period; arrays hold an item per row, quantities in the item's unit.

    Attributes:
        period: the first one that is not known.
        demand: over lead time and review period.
        period_demand: expected demand of a period.
        mean: mean of past periods.
        sd: standard deviation of past periods.
        request_size: mean demand of the periods that had some.
        lot: what an order adds to the reorder point.
    """

    period: int
    demand: ProtectionDemand
    period_demand: Floats
    mean: Floats
    sd: Floats
    request_size: Floats
    lot: Floats

    @classmethod
    def of(cls, served: Served, items: Items, periods_a_year: float) -> Plan:
        demand = served.over_protection(items.lead_time)
        period_demand = demand.mean / (items.lead_time + 1)
        known = served.history.portfolio
        year = period_demand * periods_a_year
        costs = LotCosts(0.0, 1.0, most_cover_months=12, unpriced_cover_months=12)
        # The product knows one order cost and one holding rate; those of each item are drawn into its unit cost.
        cost_of_holding = items.price * items.holding_rate / np.maximum(items.order_cost, 1e-9)
        eoq = economic_order_quantity(year, 1.0, cost_of_holding, 1.0)
        lot = usual_lot(eoq, year, items.minimum, np.full(len(items), np.nan), costs)
        request_size = known.demand.sum(axis=1) / known.demands
        return cls(
            served.period,
            demand,
            period_demand,
            known.mean,
            np.sqrt(known.variance),
            request_size,
            np.maximum(lot, 1.0),
        )

    def only(self, some: np.ndarray) -> Plan:
        """Of some of the items."""
        arrays = {name: value[some] for name, value in vars(self).items() if isinstance(value, np.ndarray)}
        return replace(self, demand=ProtectionDemand(self.demand.mean[some], self.demand.quantiles[some]), **arrays)


@dataclass(frozen=True)
class Point:
    """What a method reached when it was asked for something: shares, mean stock value, and orders."""

    asked: float
    lines: float
    units: float
    cycles: float
    stock_value: float
    orders: int

    @classmethod
    def of(cls, asked: float, found: Simulated, price: Floats) -> Point:
        orders = int(found.orders.sum())
        return cls(asked, found.line_fill, found.unit_fill, found.cycle_service, found.stock_value(price), orders)


@dataclass(frozen=True)
class Trial:
    """Items, their demand from the first plan on, and the plans made meanwhile.

    Attributes:
        demand: (items, periods).
        measured_from: first period that is measured.
    """

    items: Items
    demand: Floats
    plans: Sequence[Plan]
    measured_from: int

    @cached_property
    def _plan_of(self) -> np.ndarray:
        """Number of the plan that each period is ordered by."""
        made = [plan.period - self.plans[0].period for plan in self.plans]
        return np.searchsorted(made, np.arange(self.demand.shape[1]), side="right") - 1

    def simulated(self, points: Sequence[Floats], up_to: Sequence[Floats], minimum: Floats) -> Simulated:
        """With the reorder points and order-up-to levels of each plan."""
        s, most = (np.stack([levels[number] for number in self._plan_of], axis=1) for levels in (points, up_to))
        ordering = in_lots(s, most, minimum, np.full(len(self.items), np.nan))
        on_hand = np.ceil(most[:, 0])
        return simulate(self.demand, self.items.lead_time, ordering, on_hand, measured_from=self.measured_from)

    def reached(self, asked: float, points: Callable[[Plan, float], Floats]) -> Point:
        """By reorder points that a method puts where something is asked for."""
        levels = [points(plan, asked) for plan in self.plans]
        up_to = [level + plan.lot for level, plan in zip(levels, self.plans, strict=True)]
        return Point.of(asked, self.simulated(levels, up_to, self.items.minimum), self.items.price)

    def _allocated(self, method: str) -> Mapping[tuple[int, float], Floats]:
        """Period of the plan and lines expected to be filled → reorder points."""
        points = {}
        for period, assortment in self._assortments[method].items():
            for target, multiplier in zip(TARGETS, multipliers_for_fills(assortment, TARGETS).tolist(), strict=True):
                points[period, target] = assortment.reorder_points(multiplier)
        return points

    @cached_property
    def _assortments(self) -> Mapping[str, Mapping[int, Assortment]]:
        """Method → period of the plan → the items as the allocation sees them."""
        alike = np.ones(len(self.items))
        spread = {plan.period: spread_periods(plan.demand, plan.period_demand) for plan in self.plans}
        floor = settings.service_floor()
        return {
            ALLOCATED: {plan.period: self._assortment(plan, spread[plan.period], FLOOR) for plan in self.plans},
            FLOORED: {plan.period: self._assortment(plan, spread[plan.period], floor) for plan in self.plans},
            BY_PRICE: {plan.period: self._assortment(plan, alike, FLOOR) for plan in self.plans},
        }

    def _assortment(self, plan: Plan, spread: Floats, floor: float) -> Assortment:
        alike = np.ones(len(self.items))
        return Assortment(
            demand=plan.demand,
            period_demand=plan.period_demand,
            request_size=plan.request_size,
            order_quantity=plan.lot,
            unit_cost=self.items.price,
            weights=price_weights(self.items.price, plan.request_size, alike, spread),
            floor=floor * alike,
        )

    def curve(self, method: str) -> list[Point]:
        """What a method reaches along its grid."""

        def classic(plan: Plan, asked: float) -> Floats:
            levels = np.full(len(self.items), asked)
            weeks = (self.items.lead_time + 1).astype(np.float64)
            return classic_reorder_point(plan.mean, plan.sd, weeks, levels)

        def service(plan: Plan, asked: float) -> Floats:
            return plan.demand.quantile(asked)

        if method in self._assortments:
            found = self._allocated(method)
            return [self.reached(asked, lambda plan, asked: found[plan.period, asked]) for asked in GRID[method]]
        points = {CLASSIC: classic, SERVICE: service}[method]
        return [self.reached(asked, points) for asked in GRID[method]]

    def with_own_settings(self) -> tuple[Trial, Point] | None:
        """The items with a store's own Min and Max, in lots of its size, and what these reached; None: there are none.

        The store's lots are what lies between Min and Max, a unit at least.
        """
        some = np.flatnonzero(np.isfinite(self.items.own_minimum))
        if not len(some):
            return None
        items = replace(self.items.only(self.items.ids[some]), minimum=np.full(len(some), np.nan))
        lot = np.maximum(items.own_maximum - items.own_minimum, 1.0)
        plans = [replace(plan.only(some), lot=lot) for plan in self.plans]
        trial = Trial(items, self.demand[some], plans, self.measured_from)
        always = len(plans) * [items.own_minimum], len(plans) * [items.own_maximum]
        return trial, Point.of(np.nan, trial.simulated(*always, items.minimum), items.price)


def needed(curve: Sequence[Point], rate: str, level: float) -> float:
    """Stock value at which a curve first reaches a level of `lines` or `units`, read between two points; NaN: never.

    Also NaN where the first point is beyond it already: how much less would do is not known.
    """
    rates, stock = (np.array([getattr(point, name) for point in curve]) for name in (rate, "stock_value"))
    above = np.flatnonzero(rates >= level)
    if not len(above) or above[0] == 0:
        return float("nan")
    after = above[0]
    part = (level - rates[after - 1]) / (rates[after] - rates[after - 1])
    return float(stock[after - 1] + part * (stock[after] - stock[after - 1]))


def ratio(stock: float, benchmark: float) -> float:
    """NaN where the benchmark needs none."""
    return stock / benchmark if benchmark > 0 else float("nan")


def trial_of(frame: pd.DataFrame, of_items: pd.DataFrame, models: Mapping[str, Model]) -> Trial:
    """Forecasts of a set made as time goes by, and the demand that came.

    Raises:
        NotMeasurableError: there are no prices, no lead times, too few periods, or no item with two demands.
    """
    monthly = is_monthly(frame)
    items = Items.of(of_items, monthly)
    frame = frame[frame["unique_id"].astype(str).isin(items.ids)]
    demand = as_weeks(frame)
    width = demand["ds"].nunique()
    measured = round(MEASURED_SHARE * width)
    first = width - measured - int(np.median(items.lead_time)) - 1
    if width < FEWEST_PERIODS or first < 1:
        raise NotMeasurableError(f"{width} periods are too few")
    early = demand[(demand["ds"].to_numpy() < FIRST_MONDAY + WEEK * first) & (demand["y"] > 0)]
    demands = early.groupby("unique_id").size()
    ids = demands.index[demands >= FEWEST_DEMANDS]
    if ids.empty:
        raise NotMeasurableError(f"no item has {FEWEST_DEMANDS} demands before period {first}")
    chosen = demand[demand["unique_id"].isin(ids)]
    items = items.only(pd.Index(ids))
    tell(f"  {len(items):,} of {len(of_items):,} items, periods {first} to {width}, the last {measured} measured")
    plans = []
    for served in served_forecasts(chosen, first, int(items.lead_time.max()) + 1, models):
        plans.append(Plan.of(served, items, MONTHS_A_YEAR if monthly else WEEKS_A_YEAR))
        tell(f"  period {served.period}: {', '.join(f'{name} {part:.2f}' for name, part in served.weights.items())}")
    came = chosen["y"].to_numpy().reshape(len(items), width)[:, first:]
    return Trial(items, came, plans, width - measured - first)


def measured(trial: Trial) -> dict[str, float]:
    """The figures of a set, after its tables are printed."""
    curves = {method: trial.curve(method) for method in GRID}
    print_curves(curves)
    ratios = {
        method: {
            "90 % of lines": ratio(needed(curve, "lines", LINES), needed(curves[CLASSIC], "lines", LINES)),
            "85 % of units": ratio(needed(curve, "units", UNITS), needed(curves[CLASSIC], "units", UNITS)),
        }
        for method, curve in curves.items()
    }
    print("\nStock value needed, relative to the classic formula")
    print(pd.DataFrame(ratios).T.to_string(float_format="{:.3f}".format, na_rep="-"))
    lines, units = ratios[ALLOCATED].values()
    return {"stock_ratio_lines90": lines, "stock_ratio_units85": units, **against_own_settings(trial)}


def against_own_settings(trial: Trial) -> dict[str, float]:
    """Stock needed to fill as many lines, and units, as a store's own Min and Max; empty where it has none."""
    own = trial.with_own_settings()
    if own is None:
        return {}
    of_store, store = own
    print(f"\nThe store's own Min and Max, {len(of_store.items):,} items")
    print(f"lines {store.lines:.3f}, units {store.units:.3f}, stock {store.stock_value:,.0f}, orders {store.orders:,}")
    curves = {method: of_store.curve(method) for method in GRID}
    ratios = {
        method: {
            "equal lines": ratio(needed(curve, "lines", store.lines), store.stock_value),
            "equal units": ratio(needed(curve, "units", store.units), store.stock_value),
        }
        for method, curve in curves.items()
    }
    print("\nStock value needed, relative to the store's")
    print(pd.DataFrame(ratios).T.to_string(float_format="{:.3f}".format, na_rep="-"))
    lines, units = ratios[ALLOCATED].values()
    return {"minmax_ratio_lines": lines, "minmax_ratio_units": units}


def print_curves(curves: Mapping[str, Sequence[Point]]) -> None:
    """Some points of each curve, those at which something is to be seen."""
    for method, curve in curves.items():
        seen = [point for point in curve if 0.5 <= point.lines <= 0.995] or curve
        shown = seen[:: max(len(seen) // SHOWN, 1)]
        table = pd.DataFrame([vars(point) for point in shown]).rename(columns={"stock_value": "stock value"})
        formats = dict.fromkeys(("asked", "lines", "units", "cycles"), "{:.3f}".format)
        print(f"\n{method}\n{table.to_string(index=False, formatters={**formats, 'stock value': '{:,.0f}'.format})}")


def as_json(sets: Mapping[str, Mapping[str, float]]) -> str:
    """The figures as one line; JSON has no NaN."""
    return json.dumps(
        {
            "sets": {
                name: {figure: round(value, 4) if np.isfinite(value) else None for figure, value in one.items()}
                for name, one in sets.items()
            }
        }
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--data", type=Path, default=DATA, help="folder of <name>.parquet and <name>_items.parquet (default: beside)"
    )
    parser.add_argument("--sets", nargs="*", help="names of the sets to take (default: all)")
    parser.add_argument(
        "--also", nargs="*", default=(), metavar="MODEL", help="models that not every run makes, to be taken too"
    )
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    arguments = parser.parse_args()
    asked = {name for name, entry in CATALOGUE.items() if entry.made_in is MadeIn.EVERY_RUN} | set(arguments.also)
    models = {name: model for name, model in MODELS.items() if name in asked}
    figures = {}
    for path in sorted(arguments.data.glob("*_items.parquet")):
        name = path.stem.removesuffix("_items")
        if arguments.sets and name not in arguments.sets:
            continue
        tell(f"{name}:")
        try:
            demand = pd.read_parquet(path.with_name(f"{name}.parquet"), columns=["unique_id", "ds", "y"])
            trial = trial_of(demand, pd.read_parquet(path), models)
        except NotMeasurableError as error:
            tell(f"  not measured: {error}")
            continue
        print(f"\n=== {name}: {len(trial.items):,} items, {trial.demand.shape[1] - trial.measured_from} periods")
        figures[name] = measured(trial)
    if not figures:
        parser.error(f"no set with prices and lead times in {arguments.data}")
    if arguments.json:
        print(as_json(figures))


if __name__ == "__main__":
    main()
