"""Lead-time demand drawn at random: how often demand comes, and how large it is, both leaning on the portfolio."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nova_assets.forecasting.engine import Engine
from nova_assets.forecasting.history import History
from nova_assets.forecasting.models.priors import fit_priors
from nova_assets.forecasting.models.protocol import Prediction
from nova_assets.forecasting.portfolio import Floats, Portfolio

ITEMS_AT_ONCE = 2_000
"""Items whose draws are in memory together."""


@dataclass(frozen=True)
class PooledBootstrap:
    """Empirical-Bayes bootstrap of demand over the lead time; also what a new item is forecast with.

    A chance of demand is drawn from the item's posterior Beta(a + Σwᵃ·[y>0], b + Σwᵃ·[y=0]), the prior Beta(a, b)
    being that of the item's family or of the portfolio (Kleinman 1973) and a week's weight w falling with its age; the
    weeks with demand are binomial. The weeks since the item's latest demand keep their full weight: were they forgotten
    like others, a dead item would become like a new one, and never fall below the prior.

    Each size is one of the item's own with chance k/(k + `prior_sizes`), k being its weeks with demand, and otherwise
    its mean size times a size of the portfolio relative to that item's mean. Drawing own sizes is the bootstrap of
    Willemain, Smart & Schwarz (2004), International Journal of Forecasting 20(3), without its Markov chain.

    Attributes:
        memory: weight that a week keeps when it becomes a week older, in (0, 1].
        draws: draws per item.
        prior_sizes: demands after which the item's own sizes count as much as the portfolio's.
        seed: of the random numbers; equal histories give equal quantiles.
    """

    memory: float = 1.0
    draws: int = 300
    prior_sizes: int = 4
    seed: int = 20040401
    family: str = "bootstrap"

    @property
    def name(self) -> str:
        return f"pooled_bootstrap_{100 * self.memory:.0f}"

    @property
    def parameters(self) -> Mapping[str, float]:
        return MappingProxyType(
            {"memory": self.memory, "draws": self.draws, "prior_sizes": self.prior_sizes, "seed": self.seed}
        )

    def fit(self, history: History, pool: History, engine: Engine) -> Resampled:
        return Resampled(
            items=history.items,
            known=history.portfolio,
            chance=self.chance(history, pool),
            relative_sizes=_relative_sizes(pool.portfolio),
            model=self,
        )

    def chance(self, history: History, pool: History) -> Posterior:
        """The posterior of each item's chance of demand in a week."""
        a, b = fit_priors(*self._weighted_returns(pool.portfolio), pool.families.to_numpy()).of(history.families)
        returns, weeks, _ = self._weighted_returns(history.portfolio)
        return Posterior(a + returns, b + weeks - returns + self._forgotten_silence(history.portfolio))

    def _weighted_returns(self, known: Portfolio) -> tuple[Floats, Floats, Floats]:
        """Weighted weeks with demand, all weighted weeks, and the squares of these weights, summed, after the first
        demand, with which a series begins."""
        age = known.width - 1 - np.arange(known.width)
        weight = self.memory**age * (np.arange(known.width) > known.start[:, None])
        return (weight * (known.demand > 0)).sum(axis=1), weight.sum(axis=1), (weight * weight).sum(axis=1)

    def _forgotten_silence(self, known: Portfolio) -> Floats:
        """What the weeks since the latest demand are short of their full weight."""
        quiet = known.quiet.astype(np.float64)
        return quiet - (1 - self.memory**quiet) / (1 - self.memory) if self.memory < 1 else np.zeros(known.items)


@dataclass(frozen=True)
class Posterior:
    """Beta(a, b) of each item's chance of demand in a week."""

    a: Floats
    b: Floats

    @property
    def mean(self) -> Floats:
        return self.a / (self.a + self.b)


@dataclass(frozen=True)
class Resampled:
    """What is drawn from.

    Attributes:
        known: demand before the origin.
        chance: each item's chance of demand in a week.
        relative_sizes: sizes of the portfolio, each relative to its item's mean size.
    """

    items: pd.Index
    known: Portfolio
    chance: Posterior
    relative_sizes: Floats
    model: PooledBootstrap
    steady: bool = True

    def demand(self, first: int, weeks: int, levels: Floats) -> Prediction:
        random, draws = np.random.default_rng(self.model.seed), self.model.draws
        mean, quantiles = np.empty(self.known.items), np.empty((self.known.items, len(levels)))
        for part in _parts(self.known.items):
            chance = random.beta(_for_each_draw(self.chance.a[part], draws), _for_each_draw(self.chance.b[part], draws))
            drawn = self._sum_of_sizes(part, random.binomial(weeks, chance), random)
            mean[part] = drawn.mean(axis=1)
            quantiles[part] = np.quantile(drawn, levels, axis=1).T
        return Prediction(mean, quantiles)

    def _sum_of_sizes(self, part: slice, demands: NDArray[np.int64], random: np.random.Generator) -> Floats:
        demand, count = self.known.demand[part], self.known.demands[part][:, None]
        own = np.take_along_axis(demand, np.argsort(demand == 0, axis=1, kind="stable"), axis=1)
        mean = demand.sum(axis=1, keepdims=True) / count
        total = np.zeros(demands.shape)
        for nth in range(int(demands.max(initial=0))):
            owned = np.take_along_axis(own, (random.random(demands.shape) * count).astype(np.int64), axis=1)
            lent = mean * random.choice(self.relative_sizes, demands.shape)
            takes_own = random.random(demands.shape) < count / (count + self.model.prior_sizes)
            total += np.where(demands > nth, np.where(takes_own, owned, lent), 0.0)
        return total


def _for_each_draw(parameter: Floats, draws: int) -> Floats:
    return np.repeat(parameter[:, None], draws, axis=1)


def _relative_sizes(known: Portfolio) -> Floats:
    """Sizes of all items with three demands or more, each divided by its item's mean size."""
    several = known.demands >= 3
    demand = known.demand[several]
    relative = demand * (known.demands[several] / demand.sum(axis=1))[:, None]
    sizes = relative[demand > 0]
    return sizes if len(sizes) else np.ones(1)


def _parts(items: int) -> Iterator[slice]:
    for first in range(0, items, ITEMS_AT_ONCE):
        yield slice(first, min(first + ITEMS_AT_ONCE, items))
