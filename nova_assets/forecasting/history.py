"""The demand that a forecast may look at: weekly series that end strictly before its origin."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nova_assets.forecasting.portfolio import Floats, Integers, Portfolio

WEEK = np.timedelta64(7, "D")


class HistoryError(ValueError):
    """The weekly demand is not the complete grid that a forecast needs."""


@dataclass(frozen=True)
class History:
    """Weekly demand of every item known on `origin`.

    Attributes:
        origin: Monday on which the forecast is made; no row is of that week or later.
        frame: `unique_id` (item), `ds` (Monday), `y` (demand, item's unit), sorted by both, a row for each week from
            the item's first demand to the common last week.
        adjustment: what is to be added to the actual demand where it is unusual, row by row of `frame`; empty: nothing.
        is_adjusted: whether it was added to `y`.
        family_of: item → family; items without an entry have none.
    """

    origin: date
    frame: pd.DataFrame
    adjustment: Floats = field(default_factory=lambda: np.zeros(0))
    is_adjusted: bool = False
    family_of: pd.Series = field(default_factory=lambda: pd.Series(dtype=object))

    @classmethod
    def before(cls, origin: date, demand: pd.DataFrame, adjusted: bool = False) -> History:
        """The part of `demand` that lies strictly before `origin`.

        Weeks before an item's first demand are dropped, and items without demand are left out.

        Args:
            demand: columns as `frame`, `y` the actual demand, in any order; also `adjustment` and `family` where known.
            adjusted: whether `adjustment` is added to the demand.

        Raises:
            HistoryError: when a series has holes, repeated weeks, missing values, or ends before the others.
        """
        item, week = demand["unique_id"].to_numpy(dtype=object), demand["ds"].to_numpy()
        rows = np.flatnonzero(week < np.datetime64(origin))
        if not _is_sorted(item[rows], week[rows]):
            order = demand.iloc[rows].reset_index(drop=True).sort_values(["unique_id", "ds"]).index
            rows = rows[order.to_numpy()]
        y = demand["y"].to_numpy(dtype=np.float64)[rows]
        started = _has_started(y, _starts(item[rows]))
        rows, y = rows[started], y[started]
        adjustment = demand["adjustment"].to_numpy(dtype=np.float64)[rows] if "adjustment" in demand else np.zeros(0)
        if adjusted and len(adjustment):
            y = y + adjustment
        frame = pd.DataFrame({"unique_id": item[rows], "ds": week[rows], "y": y}, copy=False)
        _require_complete_grid(frame)
        return cls(origin, frame, adjustment, adjusted, _family_of(demand, item, rows))

    @property
    def items(self) -> pd.Index:
        """The items, sorted."""
        return self.summary.index

    @property
    def last_week(self) -> date | None:
        """Monday of the last known week, or None when nothing is known yet."""
        return None if self.frame.empty else self.frame["ds"].iloc[-1].date()

    @property
    def weeks_missing(self) -> int:
        """Whole weeks between the last known week and the origin: 0 when the data are up to date."""
        return 0 if self.last_week is None else (self.origin - self.last_week).days // 7 - 1

    @cached_property
    def summary(self) -> pd.DataFrame:
        """One row per item (index): `weeks`, `demands` (weeks with demand), `total`, `squares` (Σy²), `integral`.

        `integral` is true where every demand is a whole number of the item's unit.
        """
        y, starts = self.frame["y"].to_numpy(dtype=np.float64), self._starts
        columns = {
            "weeks": np.diff(np.append(starts, len(y))),
            "demands": _summed(y > 0, starts, np.int64),
            "total": _summed(y, starts, np.float64),
            "squares": _summed(y**2, starts, np.float64),
            "integral": _summed(y != y.round(), starts, np.int64) == 0,
        }
        return pd.DataFrame(columns, index=pd.Index(self.frame["unique_id"].to_numpy()[starts], name="unique_id"))

    @cached_property
    def _starts(self) -> Integers:
        """The row of `frame` in which each of `items` begins."""
        return _starts(self.frame["unique_id"].to_numpy())

    @cached_property
    def portfolio(self) -> Portfolio:
        """The same demand as one matrix, rows in the order of `items`."""
        return Portfolio.of(self.frame["y"].to_numpy(dtype=np.float64), self.summary["weeks"].to_numpy())

    @cached_property
    def digest(self) -> str:
        """Eight hexadecimal digits that change with any item, week, demand or family in the history."""
        # The grid is complete: names, lengths and the last week say which week each demand is of.
        names = json.dumps(
            [self.items.to_list(), self.families.astype(object).to_list(), str(self.last_week)], default=str
        )
        digest = hashlib.sha256(names.encode())
        digest.update(self.summary["weeks"].to_numpy(dtype=np.int64).tobytes())
        digest.update(self.frame["y"].to_numpy(dtype=np.float64).tobytes())
        return digest.hexdigest()[:8]

    @cached_property
    def unusual(self) -> pd.DataFrame:
        """Of each of `items`: `weeks` with an adjustment, and the `quantity` taken off in them, ≥ 0."""
        adjustment = self.adjustment if len(self.adjustment) else np.zeros(len(self.frame))
        columns = {
            "weeks": _summed(adjustment != 0, self._starts, np.int64),
            "quantity": _summed(-adjustment, self._starts, np.float64),
        }
        return pd.DataFrame(columns, index=self.items)

    @cached_property
    def families(self) -> pd.Series:
        """The family of each of `items`, null where it has none."""
        return self.family_of.reindex(self.items)

    def of(self, items: pd.Index) -> pd.DataFrame:
        """The rows of `frame` that belong to `items`."""
        return self.frame if len(items) == len(self.items) else self.frame[self.frame["unique_id"].isin(items)]


def _is_sorted(item: np.ndarray, week: np.ndarray) -> bool:
    same = item[1:] == item[:-1]
    return bool((same | (item[1:] > item[:-1])).all() and (~same | (np.diff(week) >= np.timedelta64(0))).all())


def _starts(item: np.ndarray) -> Integers:
    return np.flatnonzero(np.append(np.ones(min(len(item), 1), dtype=bool), item[1:] != item[:-1]))


def _has_started(y: Floats, starts: Integers) -> NDArray[np.bool_]:
    """Whether a row is that of its series' first demand or later."""
    demands = np.cumsum(y > 0)
    before = np.append(0, demands)[starts]
    return demands > np.repeat(before, np.diff(np.append(starts, len(y))))


def _summed(values: np.ndarray, starts: Integers, kind: type[np.generic]) -> np.ndarray:
    return np.add.reduceat(values, starts, dtype=kind) if len(starts) else np.zeros(0, dtype=kind)


def _family_of(demand: pd.DataFrame, item: np.ndarray, rows: Integers) -> pd.Series:
    if "family" not in demand:
        return pd.Series(dtype=object)
    first = rows[_starts(item[rows])]
    return pd.Series(demand["family"].iloc[first].to_numpy(dtype=object), index=pd.Index(item[first]))


def _require_complete_grid(frame: pd.DataFrame) -> None:
    if frame.empty:
        return
    if frame["y"].isna().any() or frame["y"].lt(0).any():
        raise HistoryError("Weekly demand holds missing or negative values; analytics.features_demand_weekly must not.")
    item, week = frame["unique_id"].to_numpy(), frame["ds"].to_numpy()
    same_item = item[1:] == item[:-1]
    uneven = same_item & (np.diff(week) != WEEK)
    if uneven.any():
        where = int(np.flatnonzero(uneven)[0])
        raise HistoryError(
            f"Item {item[where]} goes from week {week[where].astype('datetime64[D]')} to "
            f"{week[where + 1].astype('datetime64[D]')}: analytics.features_demand_weekly must hold each week once."
        )
    ends = np.append(~same_item, True)
    early = ends & (week != week.max())
    if early.any():
        where = int(np.flatnonzero(early)[0])
        raise HistoryError(
            f"Item {item[where]} ends in week {week[where].astype('datetime64[D]')}, others in "
            f"{week.max().astype('datetime64[D]')}: analytics.features_demand_weekly must run to one last week."
        )
