"""Lead-time demand as it was: the empirical quantiles of every run of as many weeks in the item's own history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from nova_assets.forecasting.engine import Engine
from nova_assets.forecasting.history import History
from nova_assets.forecasting.lead_time.protocol import LeadTimeModel
from nova_assets.forecasting.portfolio import Floats


@dataclass(frozen=True)
class DemandWindows:
    """Overlapping windows (Porras & Dekker 2008, European Journal of Operational Research 184(1)).

    Attributes:
        shorter: the model of items with less history than `fewest_lead_times`.
        fewest_lead_times: history an item must have, in lead times.
    """

    shorter: LeadTimeModel
    fewest_lead_times: int = 3
    name: str = "demand_windows"
    family: str = "empirical"

    @property
    def parameters(self) -> Mapping[str, float]:
        return MappingProxyType({"fewest_lead_times": self.fewest_lead_times})

    def quantiles(self, history: History, weeks: int, levels: Floats, engine: Engine) -> Floats:
        known = history.portfolio
        quantiles = self.shorter.quantiles(history, weeks, levels, engine)
        long_enough = known.weeks >= self.fewest_lead_times * weeks
        if long_enough.any():
            totals = known.windows(weeks)[long_enough]
            quantiles[long_enough] = np.nanquantile(totals, levels, axis=1, method="inverted_cdf").T
        return quantiles
