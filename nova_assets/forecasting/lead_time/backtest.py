"""Lead times as they would have been said on past origins, against how long the lines that followed took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
from scipy.special import ndtri

from nova_assets.forecasting.lead_time.durations import durations_for, spread_over
from nova_assets.forecasting.lead_time.sources import sources_of
from nova_assets.forecasting.lead_time.suppliers import estimate
from nova_assets.forecasting.lead_time.waits import Waits
from nova_assets.forecasting.losses import pinball_loss
from nova_assets.forecasting.parameters import SUMMED_WEEKS
from nova_assets.forecasting.portfolio import Floats, Integers


@dataclass(frozen=True)
class Backtest:
    """One origin: what was known, and the lines requested in the weeks that followed.

    Attributes:
        origin: the Monday.
        lines: all lines, as `sql/forecasting/purchase_lines.sql` gives them.
        waits: what was known on the origin.
        later: the lines that followed and were finished, whenever that was.
        days: how long each took.
    """

    origin: date
    lines: pd.DataFrame
    waits: Waits
    later: pd.DataFrame
    days: Integers

    @classmethod
    def at(cls, origin: date, weeks: int, lines: pd.DataFrame) -> Backtest:
        """The lines requested in the `weeks` from `origin` on, against what was known before."""
        first, end = np.datetime64(origin), np.datetime64(origin + timedelta(weeks=weeks))
        later = lines[(lines["requested_on"] >= first) & (lines["requested_on"] < end) & ~lines["after_the_fact"]]
        done = later["received_on" if lines["has_receipts"].any() else "ordered_on"]
        days = (done - later["requested_on"]).dt.days
        finished = days.ge(0)
        return cls(origin, lines, Waits.known_on(origin, lines), later[finished], days[finished].to_numpy("int64"))

    def by_supplier(self, level: float) -> Mapping[str, Floats]:
        """Days at `level` for each later line, its supplier being known: by this model and by simpler ones."""
        number = self.waits.suppliers.get_indexer(pd.Index(self.later["supplier_id"]))
        nothing = np.empty(0, dtype=np.int64)
        open_left_out = estimate(replace(self.waits, open_supplier=nothing, open_days=nothing))
        return {
            "shrunk": estimate(self.waits).suppliers.quantile_days(level)[number],
            "shrunk, open lines left out": open_left_out.suppliers.quantile_days(level)[number],
            **{name: days[number] for name, days in self._simple(level).items()},
        }

    def by_item(self, level: float, prior_lines: Sequence[float]) -> Mapping[str, Floats]:
        """Days at `level` for each later line, its item alone being known, by how much is drawn to the portfolio."""
        items = pd.Index(np.sort(self.later["item_id"].unique()))
        known, found = estimate(self.waits).suppliers, {}
        for prior in prior_lines:
            shares = sources_of(items, self.waits.suppliers, self.lines, self.origin, prior).shares
            days = spread_over(durations_for(SUMMED_WEEKS, 0), known, shares).quantile_days(level)
            found[f"{prior:g} lines of anybody"] = days[items.get_indexer(pd.Index(self.later["item_id"]))]
        return found

    def score(self, quantile: Floats, level: float) -> tuple[float, float]:
        """Mean pinball loss in days, and the share of lines that took no longer."""
        loss = pinball_loss(self.days[:, None].astype(np.float64), quantile[:, None, None], np.array([level]))
        return float(loss.mean()), float((self.days <= quantile).mean())

    def _simple(self, level: float) -> Mapping[str, Floats]:
        """By all lines' quantile, the supplier's own, and the normal formula; the last is a supplier never seen."""
        all_days = self.waits.finished_days
        groups = pd.Series(all_days).groupby(self.waits.finished_supplier)
        every = pd.RangeIndex(len(self.waits.suppliers) + 1)
        overall = float(np.quantile(all_days, level))
        mean = groups.mean().reindex(every, fill_value=float(all_days.mean()))
        spread = groups.std().reindex(every).fillna(float(all_days.std()))
        return {
            "all suppliers' quantile": np.full(len(every), overall),
            "own quantile": groups.quantile(level).reindex(every, fill_value=overall).to_numpy(),
            "normal": (mean + ndtri(level) * spread).to_numpy(),
        }
