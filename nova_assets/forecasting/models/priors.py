"""How often items return, before anything is known of them: a Beta prior of the portfolio, and of each family.

Moments as in Kleinman (1973), "Proportions with extraneous variance: single and independent samples", Journal of the
American Statistical Association 68(341): the weighted spread of the observed chances, weights n, exceeds the binomial
noise by the likeness ρ = 1/(a+b+1) of what is left. Where old weeks count less, Σw weighted weeks are as noisy as
(Σw)²/Σw² whole ones (Kish 1965, Survey Sampling): taken for Σw, which are fewer,
chance would explain what items differ by.

A family's chance is drawn towards the portfolio's in the same way, families taking the place of items. Items of a
family are alike, so that n weeks of one item tell as much of the family as n/(1 + (n−1)·ρ) weeks of different items
(Kleinman's weights, the design effect of cluster samples).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nova_assets.forecasting.portfolio import Floats

MOST_PRIOR_WEEKS = 1000.0
"""The prior never counts for more weeks than this (a + b)."""

FEWEST_FAMILY_ITEMS = 10
"""Items that a family must have for a prior of its own: of fewer, the chance is theirs and not the family's."""


@dataclass(frozen=True)
class BetaPrior:
    """Beta(a, b) over the items' weekly chances of demand."""

    a: float
    b: float

    @property
    def chance(self) -> float:
        """The expected chance of demand in a week."""
        return self.a / (self.a + self.b)

    @property
    def likeness(self) -> float:
        """ρ, the correlation of two weeks of one item."""
        return 1 / (1 + self.a + self.b)


@dataclass(frozen=True)
class Priors:
    """The portfolio's prior, and those of its families."""

    portfolio: BetaPrior
    families: Mapping[str, BetaPrior]

    def of(self, families: pd.Series) -> tuple[Floats, Floats]:
        """First and second parameter of the prior of each item: its family's, else the portfolio's.

        Args:
            families: family of each item, null where it has none.
        """
        found = [self.families.get(family, self.portfolio) for family in families]
        return np.array([prior.a for prior in found]), np.array([prior.b for prior in found])


def fit_priors(returns: Floats, weeks: Floats, squares: Floats, families: np.ndarray) -> Priors:
    """The priors that the items speak for.

    Args:
        returns: weight of the weeks with demand of each item, after its first.
        weeks: weight of all its weeks after the first demand; items without any say nothing.
        squares: sum of the squares of these weights; where every week weighs one, the weeks.
        families: family of each item, null where it has none.
    """
    portfolio = fit_prior(returns, weeks, squares)
    telling = (weeks > 0) & pd.notna(families)
    whole = weeks[telling] ** 2 / squares[telling]
    effective = whole / (1 + np.maximum(whole - 1, 0) * portfolio.likeness)
    grouped = pd.DataFrame(
        {"weeks": effective, "returns": effective * returns[telling] / weeks[telling], "items": 1}
    ).groupby(families[telling])
    summed = grouped.sum()
    summed = summed[summed["items"] >= FEWEST_FAMILY_ITEMS]
    if len(summed) < 2:
        return Priors(portfolio, {})
    told = summed["weeks"].to_numpy(dtype=np.float64)
    between = fit_prior(summed["returns"].to_numpy(dtype=np.float64), told, told)
    chances = (between.a + summed["returns"]) / (between.a + between.b + summed["weeks"])
    strength = portfolio.a + portfolio.b
    return Priors(
        portfolio,
        {str(family): BetaPrior(chance * strength, (1 - chance) * strength) for family, chance in chances.items()},
    )


def fit_prior(returns: Floats, weeks: Floats, squares: Floats) -> BetaPrior:
    """The Beta prior over the items' chances of demand by weighted moments; uniform where too few items inform it.

    Args:
        returns: weight of the weeks with demand of each item, after its first.
        weeks: weight of all its weeks after the first demand; items without any say nothing.
        squares: sum of the squares of these weights.
    """
    informative = weeks > 0
    returns, weights, squares = returns[informative], weeks[informative], squares[informative]
    if len(weights) < 2 or returns.sum() in (0, weights.sum()):
        return BetaPrior(1.0, 1.0)
    chance = returns.sum() / weights.sum()
    spread = np.average((returns / weights - chance) ** 2, weights=weights)
    noise = chance * (1 - chance) * (squares / weights).sum() / weights.sum()
    # Where items differ no more than chance would make them, the estimate is zero or below: one rate for all.
    likeness = np.clip((spread - noise) / (chance * (1 - chance) - noise), 1 / (1 + MOST_PRIOR_WEEKS), 0.5)
    concentration = 1 / likeness - 1
    return BetaPrior(float(chance * concentration), float((1 - chance) * concentration))
