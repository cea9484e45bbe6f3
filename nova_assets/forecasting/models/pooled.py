"""Expected demand of an item with little history: how often the portfolio returns, times the item's own mean size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from nova_assets.forecasting.engine import Engine
from nova_assets.forecasting.history import History
from nova_assets.forecasting.models.moments import MatchedMoments
from nova_assets.forecasting.models.priors import Priors, fit_priors


@dataclass(frozen=True)
class PooledOccurrence:
    """Empirical Bayes for the chance of demand in a week; beta-binomial over the portfolio and its families.

    A series starts with its first demand, so that week says nothing about how often demand comes: with n weeks and k
    demands, k−1 of the n−1 later weeks had demand. With the prior Beta(a, b) of the item's family or the portfolio,

        chance = (a + k − 1) / (a + b + n − 1),   mean = chance × Σy / k.

    How priors are fitted is in `nova_assets.forecasting.models.priors`.

    Attributes:
        fewest_weeks: items with fewer later weeks do not inform the prior.
    """

    fewest_weeks: int = 4
    name: str = "pooled_occurrence"
    family: str = "average"

    @property
    def parameters(self) -> Mapping[str, float]:
        return MappingProxyType({"fewest_weeks": self.fewest_weeks})

    def fit(self, history: History, pool: History, engine: Engine) -> MatchedMoments:
        a, b = self.priors(pool).of(history.families)
        summary = history.summary
        returns = summary["demands"].to_numpy(dtype=np.float64) - 1
        later_weeks = summary["weeks"].to_numpy(dtype=np.float64) - 1
        chance = (a + returns) / (a + b + later_weeks)
        mean = chance * (summary["total"] / summary["demands"]).to_numpy(dtype=np.float64)
        return MatchedMoments.of(history, history.items, mean[:, None])

    def priors(self, history: History) -> Priors:
        """The priors of the portfolio and its families, from the items with enough later weeks."""
        informative = (history.summary["weeks"] - 1 >= self.fewest_weeks).to_numpy()
        summary = history.summary[informative]
        weeks = summary["weeks"].to_numpy(dtype=np.float64) - 1
        return fit_priors(
            summary["demands"].to_numpy(dtype=np.float64) - 1, weeks, weeks, history.families.to_numpy()[informative]
        )


POOLED_OCCURRENCE = PooledOccurrence()
