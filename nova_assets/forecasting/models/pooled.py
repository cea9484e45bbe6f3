"""Expected demand of an item with little history: how often the portfolio returns, times the item's own mean size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from nova_assets.forecasting.engine import Engine
from nova_assets.forecasting.history import History
from nova_assets.forecasting.models.moments import MatchedMoments

MOST_PRIOR_WEEKS = 1000.0
"""The prior never counts for more weeks than this (a + b)."""


@dataclass(frozen=True)
class BetaPrior:
    """Beta(a, b) over the items' weekly chances of demand."""

    a: float
    b: float


@dataclass(frozen=True)
class PooledOccurrence:
    """Empirical Bayes for the chance of demand in a week; beta-binomial over the portfolio.

    A series starts with its first demand, so that week says nothing about how often demand comes: with n weeks and k
    demands, k−1 of the n−1 later weeks had demand. With the prior Beta(a, b) fitted to the portfolio by moments,

        chance = (a + k − 1) / (a + b + n − 1),   mean = chance × Σy / k.

    The weighted spread of the observed chances, weights n−1, exceeds the binomial noise by ρ = 1/(a+b+1) of what is
    left: Kleinman (1973), "Proportions with extraneous variance: single and independent samples", Journal of the
    American Statistical Association 68(341).

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
        prior = self.prior(pool)
        summary = history.summary
        returns = summary["demands"].to_numpy(dtype=np.float64) - 1
        later_weeks = summary["weeks"].to_numpy(dtype=np.float64) - 1
        chance = (prior.a + returns) / (prior.a + prior.b + later_weeks)
        mean = chance * (summary["total"] / summary["demands"]).to_numpy(dtype=np.float64)
        return MatchedMoments.of(history, history.items, mean[:, None])

    def prior(self, history: History) -> BetaPrior:
        """The portfolio's prior, from the items with enough later weeks."""
        informative = history.summary[history.summary["weeks"] - 1 >= self.fewest_weeks]
        weeks = informative["weeks"].to_numpy(dtype=np.float64) - 1
        return fit_prior(informative["demands"].to_numpy(dtype=np.float64) - 1, weeks)


def fit_prior(returns: NDArray[np.float64], weeks: NDArray[np.float64]) -> BetaPrior:
    """The Beta prior over the items' chances of demand by weighted moments; uniform where too few items inform it.

    Args:
        returns: weeks with demand of each item, after its first.
        weeks: all its weeks after the first demand; items without any say nothing.
    """
    informative = weeks > 0
    returns, weights = returns[informative], weeks[informative]
    if len(weights) < 2 or returns.sum() in (0, weights.sum()):
        return BetaPrior(1.0, 1.0)
    chance = returns.sum() / weights.sum()
    spread = np.average((returns / weights - chance) ** 2, weights=weights)
    noise = chance * (1 - chance) * len(weights) / weights.sum()
    # Where items differ no more than chance would make them, the estimate is zero or below: one rate for all.
    likeness = np.clip((spread - noise) / (chance * (1 - chance) - noise), 1 / (1 + MOST_PRIOR_WEEKS), 0.5)
    concentration = 1 / likeness - 1
    return BetaPrior(float(chance * concentration), float((1 - chance) * concentration))


POOLED_OCCURRENCE = PooledOccurrence()
