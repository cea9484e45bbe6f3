"""The demand that a forecast may look at: weekly series that end strictly before its origin."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nova_assets.forecasting.portfolio import Floats, Integers, Portfolio
from nova_assets.forecasting.series import Series

WEEK = np.timedelta64(7, "D")


class HistoryError(ValueError):
    """The weekly demand is not the complete grid that a forecast needs."""


@dataclass(frozen=True)
class History:
    """Weekly demand of every item known on `origin`.

    An item has every week from its first demand to the last one that is known, the same for all, so that its weeks are
    told by their number.

    Attributes:
        origin: Monday on which the forecast is made; no week is that one or later.
        items: the items, sorted.
        weeks: how many weeks each of `items` has, ≥ 1.
        demand: what was demanded in them, item's unit, item after item.
        last_week: Monday of the last known week, or None when nothing is known yet.
        adjustment: what is to be added to the actual demand where it is unusual, week by week; empty: nothing.
        is_adjusted: whether it was added to `demand`.
        family_of: item → family; items without an entry have none.
    """

    origin: date
    items: pd.Index
    weeks: Integers
    demand: Floats
    last_week: date | None = None
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
        item, week = item[rows], week[rows]
        _require_complete_grid(item, week, y)
        starts = _starts(item)
        return cls(
            origin=origin,
            items=pd.Index(item[starts], name="unique_id"),
            weeks=np.diff(np.append(starts, len(y))),
            demand=y,
            last_week=pd.Timestamp(week[-1]).date() if len(week) else None,
            adjustment=adjustment if adjustment.any() else np.zeros(0),
            is_adjusted=adjusted,
            family_of=_family_of(demand, item[starts], rows[starts]),
        )

    @classmethod
    def together(cls, parts: Sequence[History]) -> History:
        """The histories of different items on one origin, which follow one another, as one.

        Raises:
            HistoryError: the items of a part end before those of another.
        """
        known = [part for part in parts if len(part.items)] or list(parts[:1])
        if len(known) == 1:
            return known[0]
        last_week = max(part.last_week for part in known if part.last_week)
        for part in known:
            if part.last_week != last_week:
                raise _ends_early(part.items[0], part.last_week, last_week)
        adjusted = any(len(part.adjustment) for part in known)
        return cls(
            origin=known[0].origin,
            items=pd.Index(np.concatenate([part.items.to_numpy(dtype=object) for part in known]), name="unique_id"),
            weeks=np.concatenate([part.weeks for part in known]),
            demand=np.concatenate([part.demand for part in known]),
            last_week=last_week,
            adjustment=np.concatenate([part._adjustments for part in known]) if adjusted else np.zeros(0),
            is_adjusted=known[0].is_adjusted,
            family_of=pd.concat([part.family_of for part in known]),
        )

    @property
    def frame(self) -> pd.DataFrame:
        """`unique_id` (item), `ds` (Monday), `y` (demand, item's unit), sorted by both; made anew each time."""
        end = np.datetime64(self.last_week or self.origin) + WEEK
        before_end = np.repeat(self.weeks.cumsum(), self.weeks) - np.arange(len(self.demand))
        return pd.DataFrame(
            {
                "unique_id": np.repeat(self.items.to_numpy(dtype=object), self.weeks),
                "ds": (end - WEEK * before_end).astype("datetime64[ns]"),
                "y": self.demand,
            },
            copy=False,
        )

    @property
    def series(self) -> Series:
        """The demand of each of `items`, for whoever needs no dates."""
        return Series(self.demand, self.weeks)

    @property
    def weeks_missing(self) -> int:
        """Whole weeks between the last known week and the origin: 0 when the data are up to date."""
        return 0 if self.last_week is None else (self.origin - self.last_week).days // 7 - 1

    @cached_property
    def summary(self) -> pd.DataFrame:
        """One row per item (index): `weeks`, `demands` (weeks with demand), `total`, `squares` (Σy²), `integral`.

        `integral` is true where every demand is a whole number of the item's unit.
        """
        y, starts = self.demand, self._starts
        columns = {
            "weeks": self.weeks,
            "demands": _summed(y > 0, starts, np.int64),
            "total": _summed(y, starts, np.float64),
            "squares": _summed(y**2, starts, np.float64),
            "integral": _summed(y != y.round(), starts, np.int64) == 0,
        }
        return pd.DataFrame(columns, index=self.items)

    @cached_property
    def _starts(self) -> Integers:
        """Where in `demand` each of `items` begins."""
        return self.weeks.cumsum() - self.weeks

    @property
    def _adjustments(self) -> Floats:
        return self.adjustment if len(self.adjustment) else np.zeros(len(self.demand))

    @cached_property
    def portfolio(self) -> Portfolio:
        """The same demand as one matrix, rows in the order of `items`."""
        return Portfolio.of(self.demand, self.weeks)

    @cached_property
    def digest(self) -> str:
        """Eight hexadecimal digits that change with any item, week, demand or family in the history."""
        # The grid is complete: names, lengths and the last week say which week each demand is of.
        names = json.dumps(
            [self.items.to_list(), self.families.astype(object).to_list(), str(self.last_week)], default=str
        )
        digest = hashlib.sha256(names.encode())
        digest.update(self.weeks.astype(np.int64).tobytes())
        digest.update(self.demand.tobytes())
        return digest.hexdigest()[:8]

    @cached_property
    def unusual(self) -> pd.DataFrame:
        """Of each of `items`: `weeks` with an adjustment, and the `quantity` taken off in them, ≥ 0."""
        adjustment = self._adjustments
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
        frame = self.frame
        return frame if len(items) == len(self.items) else frame[frame["unique_id"].isin(items)]


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


def _family_of(demand: pd.DataFrame, items: np.ndarray, first_rows: Integers) -> pd.Series:
    if "family" not in demand:
        return pd.Series(dtype=object)
    return pd.Series(demand["family"].iloc[first_rows].to_numpy(dtype=object), index=pd.Index(items))


def _require_complete_grid(item: np.ndarray, week: np.ndarray, y: Floats) -> None:
    if not len(y):
        return
    if np.isnan(y).any() or (y < 0).any():
        raise HistoryError("Weekly demand holds missing or negative values; analytics.features_demand_weekly must not.")
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
        raise _ends_early(item[where], week[where].astype("datetime64[D]"), week.max().astype("datetime64[D]"))


def _ends_early(item: object, week: object, last_week: object) -> HistoryError:
    return HistoryError(
        f"Item {item} ends in week {week}, others in {last_week}: "
        "analytics.features_demand_weekly must run to one last week."
    )
