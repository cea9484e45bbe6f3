"""The demand that a forecast may look at: weekly series that end strictly before its origin."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd

from nova_assets.forecasting.portfolio import Floats, Portfolio

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
        known = demand[demand["ds"].to_numpy() < np.datetime64(origin)]
        known = known.sort_values(["unique_id", "ds"], ignore_index=True)
        started = known["y"].gt(0).groupby(known["unique_id"], sort=False).cummax()
        known = known[started].reset_index(drop=True)
        frame = known[["unique_id", "ds", "y"]].astype({"y": "float64"})
        adjustment = known["adjustment"].to_numpy(dtype=np.float64) if "adjustment" in known else np.zeros(0)
        if adjusted and len(adjustment):
            frame["y"] += adjustment
        _require_complete_grid(frame)
        return cls(origin, frame, adjustment, adjusted, _family_of(known))

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
        y = self.frame["y"]
        columns = pd.DataFrame(
            {
                "unique_id": self.frame["unique_id"],
                "weeks": 1,
                "demands": (y > 0).astype("int64"),
                "total": y,
                "squares": y**2,
                "fractions": (y != y.round()).astype("int64"),
            }
        )
        summed = columns.groupby("unique_id", sort=True).sum()
        return summed.assign(integral=summed["fractions"].eq(0)).drop(columns="fractions")

    @cached_property
    def portfolio(self) -> Portfolio:
        """The same demand as one matrix, rows in the order of `items`."""
        return Portfolio.of(self.frame["y"].to_numpy(dtype=np.float64), self.summary["weeks"].to_numpy())

    @cached_property
    def digest(self) -> str:
        """Eight hexadecimal digits that change with any item, week, demand or family in the history."""
        hashed = (
            pd.util.hash_pandas_object(self.frame, index=False),
            pd.util.hash_pandas_object(self.family_of, index=True),
        )
        return hashlib.sha256(b"".join(part.to_numpy().tobytes() for part in hashed)).hexdigest()[:8]

    @cached_property
    def unusual(self) -> pd.DataFrame:
        """Of each of `items`: `weeks` with an adjustment, and the `quantity` taken off in them, ≥ 0."""
        adjustment = self.adjustment if len(self.adjustment) else np.zeros(len(self.frame))
        columns = pd.DataFrame({"weeks": (adjustment != 0).astype("int64"), "quantity": -adjustment})
        return columns.groupby(self.frame["unique_id"], sort=True).sum()

    @cached_property
    def families(self) -> pd.Series:
        """The family of each of `items`, null where it has none."""
        return self.family_of.reindex(self.items)

    def of(self, items: pd.Index) -> pd.DataFrame:
        """The rows of `frame` that belong to `items`."""
        return self.frame if len(items) == len(self.items) else self.frame[self.frame["unique_id"].isin(items)]


def _family_of(known: pd.DataFrame) -> pd.Series:
    if "family" not in known:
        return pd.Series(dtype=object)
    first = known.drop_duplicates("unique_id")
    return pd.Series(first["family"].to_numpy(dtype=object), index=pd.Index(first["unique_id"]))


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
