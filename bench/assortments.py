"""Published items with price and lead time, as a policy needs them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nova_assets.forecasting.portfolio import Floats, Integers

WEEKS_A_YEAR, MONTHS_A_YEAR = 52.0, 12.0
DAYS_A_WEEK, DAYS_A_MONTH = 7.0, 30.4375

NAMES: Mapping[str, tuple[str, ...]] = {
    "price": ("price", "unit_price", "unit_cost", "unit_cost_brl", "cost"),
    "lead_time_periods": ("lead_time_periods", "lead_time", "leadtime", "lt"),
    "lead_time_days": ("lead_time_days",),
    "lead_time_weeks": ("lead_time_weeks",),
    "lead_time_months": ("lead_time_months",),
    "minimum": ("moq", "min_order_qty", "minimum_order_quantity", "min_order"),
    "order_cost": ("order_cost", "ordering_cost", "fixed_cost"),
    "holding_cost": ("holding_cost_per_unit_year", "holding_cost"),
    "holding_rate": ("holding_rate",),
    "min_rop": ("min_rop", "reorder_point", "rop"),
    "max_stock": ("max_stock", "order_up_to"),
}
"""What is meant → names of the column that are understood, the first that is there; capitals do not matter.

`lead_time` without a unit is in periods of the set. A holding cost is per unit and year, a holding rate a part of the
price per year.
"""

ORDER_COST, HOLDING_RATE = 5.0, 0.25
"""Where a set does not say: the order cost of the set that does, and a usual rate (a fifth to a third of the price)."""


class NotMeasurableError(ValueError):
    """A set lacks prices or lead times, or is too short."""


@dataclass(frozen=True)
class Items:
    """Items with price and lead time, an item per row.

    Attributes:
        ids: sorted.
        price: > 0.
        lead_time: in periods, ≥ 0.
        minimum: least that is ordered; NaN: any.
        order_cost: of an order, ≥ 0.
        holding_rate: yearly cost of stock, part of its value, > 0.
        own_minimum: the store's own reorder point; NaN where it has none.
        own_maximum: what the store orders up to.
    """

    ids: pd.Index
    price: Floats
    lead_time: Integers
    minimum: Floats
    order_cost: Floats
    holding_rate: Floats
    own_minimum: Floats
    own_maximum: Floats

    @classmethod
    def of(cls, frame: pd.DataFrame, monthly: bool) -> Items:
        """The items of a set that have both price and lead time.

        Args:
            frame: `unique_id` and columns as `NAMES` knows them.
            monthly: whether a period is a month, or a week.

        Raises:
            NotMeasurableError: there is no column of prices or of lead times, or no item has both.
        """
        columns = _Columns(frame)
        price, lead_time = columns.of("price"), _lead_times(columns, monthly)
        known = (price > 0) & (lead_time >= 0)
        if not known.any():
            raise NotMeasurableError("no item has both a price and a lead time")
        holding_cost, rate = columns.of("holding_cost"), columns.of("holding_rate")
        rate = np.where(rate > 0, rate, np.where(holding_cost > 0, holding_cost / price, HOLDING_RATE))
        order_cost = columns.of("order_cost")
        own_minimum, own_maximum = columns.of("min_rop"), columns.of("max_stock")
        own = (own_minimum >= 0) & (own_maximum >= own_minimum)
        table = pd.DataFrame(
            {
                "price": price,
                "lead_time": lead_time,
                "minimum": columns.of("minimum"),
                "order_cost": np.where(order_cost >= 0, order_cost, ORDER_COST),
                "holding_rate": rate,
                "own_minimum": np.where(own, own_minimum, np.nan),
                "own_maximum": np.where(own, own_maximum, np.nan),
            },
            index=pd.Index(frame["unique_id"].astype(str)),
        )
        return cls._from(table[known].groupby(level=0).first().sort_index())

    @classmethod
    def _from(cls, table: pd.DataFrame) -> Items:
        values = {name: table[name].to_numpy(dtype=np.float64) for name in table.columns}
        return cls(ids=table.index, lead_time=values.pop("lead_time").astype(np.int64), **values)

    def __len__(self) -> int:
        return len(self.ids)

    def only(self, ids: pd.Index) -> Items:
        """Some of them, in the order of `ids`."""
        at = self.ids.get_indexer(ids)
        arrays = {name: value[at] for name, value in vars(self).items() if name != "ids"}
        return Items(ids=ids, **arrays)


@dataclass(frozen=True)
class _Columns:
    """Columns of a frame by what they mean."""

    frame: pd.DataFrame

    def has(self, meaning: str) -> bool:
        return self._name(meaning) is not None

    def of(self, meaning: str) -> Floats:
        """The column as numbers; NaN where it, or a number in it, is not there."""
        name = self._name(meaning)
        if name is None:
            return np.full(len(self.frame), np.nan)
        return pd.to_numeric(self.frame[name], errors="coerce").replace([np.inf, -np.inf], np.nan).to_numpy("float64")

    def _name(self, meaning: str) -> str | None:
        there = {str(name).lower(): str(name) for name in self.frame.columns}
        return next((there[name] for name in NAMES[meaning] if name in there), None)


def _lead_times(columns: _Columns, monthly: bool) -> Floats:
    """In whole periods, part of one counting as one; NaN where it is not known."""
    days = DAYS_A_MONTH if monthly else DAYS_A_WEEK
    units = {"periods": days, "days": 1.0, "weeks": DAYS_A_WEEK, "months": DAYS_A_MONTH}
    unit = next((name for name in units if columns.has(f"lead_time_{name}")), "periods")
    return np.ceil(columns.of(f"lead_time_{unit}") * units[unit] / days - 1e-9)
