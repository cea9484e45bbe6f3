"""Lead-time demand as it was: the empirical quantiles of every run of as many weeks in the item's own history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from nova_assets.forecasting.engine import Engine
from nova_assets.forecasting.history import History
from nova_assets.forecasting.models.protocol import Fitted, Model, Prediction
from nova_assets.forecasting.portfolio import Floats, Portfolio


@dataclass(frozen=True)
class PastWindows:
    """The totals of every run of weeks so far.

    Attributes:
        known: demand before the origin.
        shorter: what is said of items with less history than `fewest_lead_times`.
    """

    items: pd.Index
    known: Portfolio
    shorter: Fitted
    fewest_lead_times: int
    steady: bool = True

    def demand(self, first: int, weeks: int, levels: Floats) -> Prediction:
        said = self.shorter.demand(first, weeks, levels)
        long_enough = self.known.weeks >= self.fewest_lead_times * weeks
        if not long_enough.any():
            return said
        totals = self.known.windows(weeks)[long_enough]
        mean, quantiles = said.mean.copy(), said.quantiles.copy()
        mean[long_enough] = np.nanmean(totals, axis=1)
        quantiles[long_enough] = np.nanquantile(totals, levels, axis=1, method="inverted_cdf").T
        return Prediction(mean, quantiles)


@dataclass(frozen=True)
class DemandWindows:
    """Overlapping windows (Porras & Dekker 2008, European Journal of Operational Research 184(1)).

    Attributes:
        shorter: the model of items with less history than `fewest_lead_times`; it speaks of every item.
        fewest_lead_times: history an item must have, in lead times.
    """

    shorter: Model
    fewest_lead_times: int = 3
    name: str = "demand_windows"
    family: str = "empirical"

    @property
    def parameters(self) -> Mapping[str, float]:
        return MappingProxyType({"fewest_lead_times": self.fewest_lead_times})

    def fit(self, history: History, pool: History, engine: Engine) -> PastWindows:
        return PastWindows(
            history.items, history.portfolio, self.shorter.fit(history, pool, engine), self.fewest_lead_times
        )
