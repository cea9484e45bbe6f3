"""One day's projection: what is read from the warehouse for it, and the rows that it becomes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from nova_assets.forecasting.parameters import ALL_SITES, SUMMED_QUANTILES, SUMMED_WEEKS
from nova_assets.partitions import DAY, latest_origin
from nova_assets.planning.columns import dates, decimals, floats, nullable, positions, sums, texts
from nova_assets.planning.projection.courses import (
    DAYS_A_WEEK,
    DAYS_AHEAD,
    Forecast,
    Integers,
    Paths,
    Risk,
    Supply,
    lead_time_risk,
    project,
)
from nova_assets.quantiles import Floats
from nova_assets.registry.recommendations import STOCK_PROJECTION
from nova_assets.resources.warehouse import Warehouse
from nova_assets.settings import PlanningRules
from nova_assets.sqlfiles import read_sql

ROWS_AT_ONCE = 4_000
"""Rows projected at a time: with three paths of half a year each, in some two hundred megabytes."""

PATHS = ("stock_q90", "stock_q50", "stock_q10")
"""The stock that is left by demand at each of `projection.SHOWN`: the more demand, the less stock."""

DECIMALS = 3
"""Of the days' quantities: a picture shows no thousandth of a unit, and each digit is stored a hundred times."""

NEVER = np.iinfo(np.int64).max

QUERIES = ("stock", "open_orders", "forecast", "day_weights", "place_shares")


@dataclass(frozen=True)
class Keys:
    """Item and place of each row; of each item the row of ALL comes first.

    Attributes:
        item: number of the item in `items`.
        place: the place's code, `ALL_SITES` for all together.
        whole: whether it is the row of all together.
    """

    items: pa.Array
    item: Integers
    place: NDArray[np.object_]

    @cached_property
    def whole(self) -> NDArray[np.bool_]:
        return self.place == ALL_SITES

    def rows_of(self, item_ids: pa.ChunkedArray, places: pa.ChunkedArray) -> Integers:
        """The row of each pair of item and place; -1: none."""
        return positions(_pairs(item_ids, places), _pairs(self.item_ids, pa.array(self.place, pa.string())))

    @property
    def item_ids(self) -> pa.Array:
        return self.items.take(pa.array(self.item))

    def __len__(self) -> int:
        return len(self.item)


@dataclass(frozen=True)
class ProjectionDay:
    """What is known at the end of a day, as the queries of `sql/planning/` of these names tell it."""

    date: date
    rules: PlanningRules
    stock: pa.Table
    open_orders: pa.Table
    forecast: pa.Table
    day_weights: pa.Table
    place_shares: pa.Table

    @classmethod
    def read(cls, warehouse: Warehouse, day: date, rules: PlanningRules) -> ProjectionDay:
        """What the warehouse knows at the end of `day`, and no later."""
        origin = latest_origin(day)
        parameters = {
            "stock": [day],
            "open_orders": [day, origin],
            "forecast": [origin],
            "day_weights": [origin, DAYS_AHEAD],
            "place_shares": [day],
        }
        read = {
            name: warehouse.query_arrow(read_sql(f"planning/{name}.sql"), parameters[name], nested_loops=False)
            for name in QUERIES
        }
        return cls(day, rules, **read)

    @property
    def origin(self) -> date:
        return latest_origin(self.date)

    @cached_property
    def made_at(self) -> datetime:
        return datetime.now(UTC)

    @cached_property
    def keys(self) -> Keys:
        """A row for each item that is forecast, stocked or on order, and for each place that has it in its books."""
        ids = [table["item_id"].combine_chunks() for table in (self.forecast, self.stock, self.open_orders)]
        items = pa.concat_arrays([one.cast(pa.string()) for one in ids]).unique()
        items = items.take(pc.call_function("array_sort_indices", [items]))
        stocked = positions(self.stock["item_id"], items)
        number = np.concatenate([np.arange(len(items)), stocked])
        place = np.concatenate([np.full(len(items), ALL_SITES, dtype=object), texts(self.stock, "site_id")])
        order = np.argsort(number, kind="stable")
        return Keys(items, number[order], place[order])

    @cached_property
    def demand(self) -> Forecast:
        """The forecast of all places together, a row of `forecast` each."""
        items = self.forecast.num_rows
        levels = [_lists(self.forecast, name) for name in SUMMED_QUANTILES]
        quantiles = np.stack(levels, axis=-1) if items else np.empty((0, len(SUMMED_WEEKS), len(SUMMED_QUANTILES)))
        return Forecast(_lists(self.forecast, "weekly"), _lists(self.forecast, "means"), quantiles, self._day_shares())

    def _day_shares(self) -> Floats:
        """Each day's part of its week: even, but where the weekdays of an item are known."""
        shares = np.full((self.forecast.num_rows, DAYS_AHEAD), 1 / DAYS_A_WEEK)
        row = positions(self.day_weights["item_id"], self.forecast["item_id"])
        here = row >= 0
        shares[row[here], self.day_weights["day"].to_numpy()[here]] = floats(self.day_weights, "share")[here]
        return shares

    @cached_property
    def forecast_rows(self) -> Integers:
        """Row of `forecast` of each row; -1: none."""
        return positions(self.keys.items, self.forecast["item_id"])[self.keys.item]

    @cached_property
    def shares(self) -> Floats:
        """Part of each row in its item's demand; NaN: not known."""
        found = np.full(len(self.keys), np.nan)
        row = self.keys.rows_of(self.place_shares["item_id"], self.place_shares["site_id"])
        found[row[row >= 0]] = floats(self.place_shares, "share")[row >= 0]
        known = positions(self.keys.items, self.place_shares["item_id"].unique())[self.keys.item] >= 0
        return np.where(self.keys.whole, 1.0, np.where(known, np.nan_to_num(found), np.nan))

    @cached_property
    def on_hand(self) -> Floats:
        """Stock of each row; NaN where the source has none of any item."""
        if not self.stock.num_rows:
            return np.full(len(self.keys), np.nan)
        held = floats(self.stock, "on_hand")
        number = positions(self.stock["item_id"], self.keys.items)
        by_item = sums(number, held, len(self.keys.items))
        rows = by_item[self.keys.item]
        rows[self.keys.rows_of(self.stock["item_id"], self.stock["site_id"])] = held
        return rows

    @cached_property
    def supply(self) -> Supply:
        """Each open order for all places together, and again for the place that it goes to, where that has stock."""
        quantity, due = floats(self.open_orders, "quantity"), floats(self.open_orders, "due")
        row = self.keys.rows_of(self.open_orders["item_id"], self.open_orders["site_id"])
        first = np.flatnonzero(self.keys.whole)
        whole = first[positions(self.open_orders["item_id"], self.keys.items)]
        placed = row >= 0
        return Supply(
            np.concatenate([whole, row[placed]]),
            np.concatenate([quantity, quantity[placed]]),
            # Nobody knows how long an unknown supplier takes where no supplier is known: it comes after all else.
            np.nan_to_num(np.concatenate([due, due[placed]]), nan=DAYS_AHEAD).astype(np.int64),
        )

    def tables(self) -> Iterator[pa.Table]:
        """Rows of `analytics.stock_projection`, some thousands at a time."""
        supplied = Supplied.of(self)
        for first in range(0, len(self.keys), ROWS_AT_ONCE):
            yield self._rows(np.arange(first, min(first + ROWS_AT_ONCE, len(self.keys))), supplied)

    def _rows(self, rows: Integers, supplied: Supplied) -> pa.Table:
        known = ~np.isnan(self.on_hand[rows]) & (self.forecast_rows[rows] >= 0) & ~np.isnan(self.shares[rows])
        told = rows[known]
        part = self.demand.part(self.forecast_rows[told], self.shares[told])
        arrivals = supplied.arrivals(told)
        position = supplied.position[told]
        paths = project(self.on_hand[told], position, arrivals, part.cumulative((self.date + DAY - self.origin).days))
        lead = [
            floats(self.forecast, name)[self.forecast_rows[told]]
            for name in ("lead_time_mean_days", "lead_time_p90_days")
        ]
        return self._table(rows, known, supplied, arrivals, paths, lead_time_risk(part, position, *lead))

    def _table(
        self, rows: Integers, known: NDArray[np.bool_], supplied: Supplied, arrivals: Floats, paths: Paths, risk: Risk
    ) -> pa.Table:
        """The columns of some rows; `arrivals`, `paths` and `risk` are of those whose future is `known`."""
        horizon, at = self.rules.horizon_days, np.flatnonzero(known)

        def spread(values: NDArray, fill: float = np.nan) -> NDArray:
            wide = np.full(len(rows), fill)
            wide[at] = values
            return wide

        stock = {name: _arrays(path[:, :horizon], known) for name, path in zip(PATHS, paths.stock, strict=True)}
        too_late = supplied.after(rows[at], paths.out_q50)
        made = {
            "date": pa.array([self.date] * len(rows), pa.date32()),
            "item_id": self.keys.item_ids.take(pa.array(rows)),
            "site_id": pa.array(self.keys.place[rows], pa.string()),
            "origin": pa.array(
                np.full(len(rows), self.origin, dtype="datetime64[D]"), mask=self.forecast_rows[rows] < 0
            ),
            "on_hand": decimals(self.on_hand[rows]),
            "on_order": decimals(supplied.on_order[rows]),
            "late_on_order": decimals(supplied.late[rows]),
            "lost_on_order": decimals(supplied.lost[rows]),
            "position": decimals(supplied.position[rows]),
            "too_late_on_order": decimals(spread(too_late)),
            "next_arrival_on": dates(self.date, supplied.next_arrival[rows]),
            "demand_share": nullable(self.shares[rows]),
            "horizon_days": pa.array(np.full(len(rows), horizon, dtype=np.int32)),
            **stock,
            "arrivals": _arrays(arrivals[:, :horizon], known),
            "days_of_cover": nullable(np.where(spread(paths.cover, 0) > 0, spread(paths.cover, 0), np.nan), pa.int32()),
            "stockout_on_q50": dates(self.date, spread(paths.out_q50, 0)),
            "stockout_on_q90": dates(self.date, spread(paths.out_q90, 0)),
            "stockout_probability": nullable(spread(risk.stockout)),
            "expected_shortage": nullable(spread(risk.shortage)),
            "reason": self._reasons(rows),
            "made_at": pa.array([self.made_at] * len(rows), pa.timestamp("us", tz="UTC")),
        }
        return pa.table({name: made[name] for name in STOCK_PROJECTION.column_names})

    def _reasons(self, rows: Integers) -> pa.Array:
        """Why the future of a row is not known: the first of these that holds."""
        reasons = np.full(len(rows), None, dtype=object)
        reasons[np.isnan(self.shares[rows])] = "no_demand_by_place"
        reasons[self.forecast_rows[rows] < 0] = "no_forecast"
        reasons[np.isnan(self.on_hand[rows])] = "stock_not_in_source"
        return pa.array(reasons, pa.string())


@dataclass(frozen=True)
class Supplied:
    """What is on order for each row, item's unit; NaN where stock is not known, for then nothing is received either.

    `next_arrival` counts days from the plan's day, 0: none.
    """

    supply: Supply
    position: Floats
    on_order: Floats
    late: Floats
    lost: Floats
    next_arrival: Integers

    @classmethod
    def of(cls, day: ProjectionDay) -> Supplied:
        supply, rows = day.supply, len(day.keys)
        unknown = np.where(np.isnan(day.on_hand), np.nan, 0.0)
        total = supply.total(rows, np.full(len(supply.row), True)) + unknown
        late = supply.total(rows, supply.late) + unknown
        lost = supply.total(rows, supply.due < -day.rules.lost_supply_days) + unknown
        soonest = np.full(rows, NEVER)
        np.minimum.at(soonest, supply.row[~supply.late], np.maximum(supply.due[~supply.late], 1))
        next_arrival = np.where((soonest < NEVER) & ~np.isnan(unknown), soonest, 0)
        return cls(supply, day.on_hand + total - late, total, late, lost, next_arrival)

    def of_rows(self, rows: Integers) -> Supply:
        """The open orders of some rows, which are numbered by their place among them."""
        place = np.full(len(self.position), -1)
        place[rows] = np.arange(len(rows))
        here = place[self.supply.row] >= 0
        return Supply(place[self.supply.row[here]], self.supply.quantity[here], self.supply.due[here])

    def arrivals(self, rows: Integers) -> Floats:
        """What comes on each day, (rows, `DAYS_AHEAD`)."""
        return self.of_rows(rows).arrivals(len(rows))

    def after(self, rows: Integers, stockout: Integers) -> Floats:
        """What is on time by its promise, and yet comes after stock runs out; nothing where it does not."""
        supply = self.of_rows(rows)
        return supply.total(len(rows), ~supply.late & (stockout[supply.row] > 0) & (supply.due > stockout[supply.row]))


def _pairs(item_ids: pa.Array | pa.ChunkedArray, places: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    return pc.call_function("binary_join_element_wise", [item_ids, places, "\t"])


def _lists(rows: pa.Table, name: str) -> Floats:
    """A column of lists of the same length, (rows, values)."""
    flat = rows[name].combine_chunks().flatten().to_numpy(zero_copy_only=False)
    return flat.reshape(rows.num_rows, -1) if rows.num_rows else np.empty((0, len(SUMMED_WEEKS)))


def _arrays(values: Floats, known: NDArray[np.bool_]) -> pa.Array:
    """Rows of numbers as PostgreSQL's arrays, `{1e-3,2e-3}`; null where nothing is known.

    Whole numbers are written several times as fast as fractions.
    """
    whole = np.rint(values * 10**DECIMALS).astype(np.int64)
    offsets = pa.array(np.arange(len(values) + 1) * values.shape[1], pa.int32())
    lists = pa.ListArray.from_arrays(offsets, pc.cast(pa.array(whole.ravel()), pa.string()))
    joined = pc.call_function("binary_join", [lists, f"e-{DECIMALS},"])
    arrays = pc.call_function("binary_join_element_wise", ["{", joined, f"e-{DECIMALS}}}", ""])
    at = np.where(known, np.cumsum(known) - 1, -1)
    return arrays.take(pa.array(at, mask=~known))
