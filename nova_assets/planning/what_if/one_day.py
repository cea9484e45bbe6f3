"""One day's grid of targets: what is read from the warehouse for it, and the rows that it becomes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from nova_assets.partitions import DAY, WEEK, latest_origin
from nova_assets.planning.parameters import Parameters
from nova_assets.planning.policy.one_day import UNPRICED_ITEM, UNPRICED_SOURCE, PolicyDay
from nova_assets.planning.what_if.grid import Grid, Levels, Past, Point, Segment
from nova_assets.planning.what_if.simulation import drawn_lead_times
from nova_assets.registry.planning_simulation import POLICY_SIMULATION
from nova_assets.resources.lake_schema import arrow_schema
from nova_assets.resources.warehouse import Warehouse
from nova_assets.sqlfiles import read_sql

SCHEMA = arrow_schema(POLICY_SIMULATION)

ALL = "ALL"
MOST_WEEKS = 52
"""Weeks back from which plans are made again: a year."""

WEEKS_BETWEEN_PLANS = 4
"""Plans of past weeks that are made again: making all of them takes four times as long and tells the same."""

FEWEST_WEEKS = 6
"""Weeks to measure, once stock has settled, below which a simulation tells nothing."""

SEED = 17
"""Of the lead times that are drawn: the same on every run, and for every method and target."""

_ORIGINS = """
    SELECT DISTINCT demand.origin
    FROM analytics.lead_time_demand AS demand
    WHERE
        demand.origin BETWEEN $1::date AND $2::date
        AND EXISTS (SELECT FROM analytics.features_demand_profile AS profile WHERE profile.origin = demand.origin)
    ORDER BY 1
"""
_FAMILIES = "SELECT item_id, family FROM core.dim_item ORDER BY item_id"
_LEAD_TIMES = """
    SELECT item_id, lead_time_mean_days, lead_time_p90_days
    FROM analytics.lead_time_demand
    WHERE origin = $1::date AND site_id = 'ALL'
    ORDER BY item_id
"""


@dataclass(frozen=True)
class SimulationDay:
    """What was known at the end of a day, and on plans of the weeks before.

    Attributes:
        plan: the day's policies, and what they are made of.
        grid: reorder points along the targets.
        families: family of each item, None where it has none.
        past: the weeks that passed; None where too few of their forecasts are loaded.
        past_rows: rows of the day's items that are simulated.
    """

    plan: PolicyDay
    grid: Grid
    families: NDArray[np.object_]
    past: Past | None
    past_rows: NDArray[np.int64]

    @classmethod
    def read(cls, warehouse: Warehouse, day: date, parameters: Parameters) -> SimulationDay:
        """What the warehouse knows at the end of `day`, and no later."""
        plan = PolicyDay.read(warehouse, day, parameters)
        grid = Grid(plan.items, Levels.of(plan.items, parameters))
        item_ids = plan.known["item_id"]
        families = warehouse.query_arrow(_FAMILIES)
        known = families["family"].take(_index(item_ids, families["item_id"]))
        past, rows = _past(warehouse, plan, parameters)
        return cls(plan, grid, np.array(known.to_pylist(), dtype=object), past, rows)

    def expected(self) -> list[Point]:
        """What the day's distributions of demand say."""
        return list(self.grid.expected(self._segments(np.arange(len(self.plan.items)))))

    def simulated(self) -> list[Point]:
        """What came of it in the weeks that passed; nothing where they are too few."""
        return list(self.past.simulated(self._segments(self.past_rows))) if self.past else []

    def _segments(self, rows: NDArray[np.int64]) -> list[Segment]:
        """All of some items of the day, and their families and classes, by their places among these."""
        if not len(rows):
            return []
        parts = {"family": self.families[rows], "abc_class": self.plan.items.abc_class[rows]}
        return [
            Segment("all", ALL, np.arange(len(rows))),
            *(
                Segment(kind, name, np.flatnonzero(of_item == name))
                for kind, of_item in parts.items()
                for name in sorted({name for name in of_item.tolist() if name})
            ),
        ]

    def rows(self, expected: Sequence[Point], simulated: Sequence[Point]) -> pa.Table:
        """Rows of `analytics.policy_simulation`."""
        weeks = self.past.weeks if self.past else None
        made = [("expected", None, point) for point in expected] + [("simulated", weeks, point) for point in simulated]
        missing = UNPRICED_ITEM if self.plan.items.priced.any() else UNPRICED_SOURCE
        made_at = datetime.now(UTC)
        rows = [
            {
                "date": self.plan.day,
                "basis": basis,
                "method": point.method.value,
                "target": point.target,
                "segment_kind": point.segment.kind,
                "segment": point.segment.name,
                "items": point.rates.items,
                "weeks": weeks,
                "line_fill": _known(point.rates.line_fill),
                "unit_fill": _known(point.rates.unit_fill),
                "cycle_service": _known(point.rates.cycle_service),
                "stock_units": point.rates.stock,
                "stock_brl": _known(point.rates.stock_value),
                "orders_a_year": point.rates.orders_a_year,
                "reason": missing if np.isnan(point.rates.stock_value) else None,
                "made_at": made_at,
            }
            for basis, weeks, point in made
        ]
        return pa.Table.from_pylist(rows, SCHEMA)


def _past(warehouse: Warehouse, plan: PolicyDay, parameters: Parameters) -> tuple[Past | None, NDArray[np.int64]]:
    """The weeks since the earliest loaded forecast of the last year, and the day's items planned throughout them."""
    nothing = None, np.empty(0, dtype=np.int64)
    last = latest_origin(plan.day)
    loaded = warehouse.query_arrow(_ORIGINS, [last - MOST_WEEKS * WEEK, last - WEEK])["origin"].to_pylist()
    if not loaded or not plan.known.num_rows:
        return nothing
    weeks = (last - loaded[0]).days // 7
    review = max(round(plan.known["review_period_days"][0].as_py() / 7), 1)
    settling = int(np.ceil(np.median(plan.known["lead_time_days"].to_numpy()) / 7)) + review
    if weeks - settling < FEWEST_WEEKS:
        return nothing
    item_ids = plan.known["item_id"].combine_chunks()
    plans, throughout = _plans(warehouse, list(_apart(loaded)), item_ids, parameters)
    if not len(throughout):
        return nothing
    items, simulated_ids = plan.items, item_ids.take(pa.array(throughout))
    past = Past(
        demand=_weekly(warehouse, simulated_ids, loaded[0], weeks, last),
        lead_times=_lead_times(warehouse, simulated_ids, last, weeks),
        plans=plans,
        unit_cost=items.unit_cost[throughout],
        minimum=items.minimum[throughout],
        multiple=items.multiple[throughout],
        review_weeks=review,
        measured_from=settling,
    )
    return past, throughout


def _plans(
    warehouse: Warehouse, origins: Sequence[date], item_ids: pa.Array, parameters: Parameters
) -> tuple[dict[int, Levels], NDArray[np.int64]]:
    """What was planned on each origin, by its week after the first, of the items planned on all; and their rows."""
    # The plan of an origin is that of the day before it: nothing of its own week was known.
    made = [PolicyDay.read(warehouse, origin - DAY, parameters) for origin in origins]
    where = [_index(item_ids, day.known["item_id"]) for day in made]
    planned = np.all([rows.is_valid().to_numpy(zero_copy_only=False) for rows in where], axis=0)
    throughout = np.flatnonzero(planned)
    chosen = [rows.take(pa.array(throughout)).to_numpy().astype(np.int64) for rows in where]
    plans = {
        (origin - origins[0]).days // 7: Levels.of(day.items, parameters).of_rows(rows)
        for origin, day, rows in zip(origins, made, chosen, strict=True)
    }
    return plans, throughout


def _lead_times(warehouse: Warehouse, item_ids: pa.Array, origin: date, weeks: int) -> NDArray[np.int64]:
    """Lead times in weeks of orders placed in each week, drawn from what was known of them on an origin."""
    known = warehouse.query_arrow(_LEAD_TIMES, [origin])
    at = _index(item_ids, known["item_id"])
    mean, p90 = (known[name].take(at).to_numpy() for name in ("lead_time_mean_days", "lead_time_p90_days"))
    return drawn_lead_times(mean, p90, weeks, 7.0, np.random.default_rng(SEED))


def _apart(origins: Sequence[date]) -> Iterator[date]:
    """Of rising origins those that lie far enough from the one before."""
    latest = None
    for origin in origins:
        if latest is None or origin - latest >= WEEKS_BETWEEN_PLANS * WEEK:
            yield origin
            latest = origin


def _weekly(warehouse: Warehouse, item_ids: pa.Array, first: date, weeks: int, last: date) -> NDArray[np.float64]:
    """Demand of the items in each week from `first` on, (items, weeks)."""
    rows = warehouse.query_arrow(read_sql("planning/weekly_demand.sql"), [first, last])
    item = _index(rows["item_id"], item_ids).to_numpy(zero_copy_only=False)
    known = np.isfinite(item)
    week = (rows["week"].to_numpy().astype("datetime64[D]") - np.datetime64(first)).astype(np.int64) // 7
    demand = np.zeros((len(item_ids), weeks))
    demand[item[known].astype(np.int64), week[known]] = rows["demand"].to_numpy()[known]
    return demand


def _index(wanted: pa.Array | pa.ChunkedArray, among: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Place of each value among others, null where it is not there."""
    found = pc.call_function("index_in", [wanted], pc.SetLookupOptions(among))
    return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found


def _known(value: float) -> float | None:
    """None for NaN."""
    return None if np.isnan(value) else value
