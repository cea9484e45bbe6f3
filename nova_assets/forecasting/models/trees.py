"""Quantiles of lead-time demand learned from the past of the whole portfolio, by gradient-boosted trees."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType, ModuleType
from typing import Any

import numpy as np
import pandas as pd

from nova_assets.forecasting.engine import Engine
from nova_assets.forecasting.history import History
from nova_assets.forecasting.models.protocol import CannotForecastError, Prediction
from nova_assets.forecasting.models.traits import traits
from nova_assets.forecasting.parameters import QUANTILES
from nova_assets.forecasting.portfolio import Floats, Portfolio

MOST_ORIGINS = 60
"""Past origins that are learned from, the latest ones."""

GROWN_LEVELS = np.array(tuple(QUANTILES.values()))
"""Levels that trees are always grown for: the mean is read from them, whatever else is asked."""

EVEN_LEVELS = np.arange(0.005, 1.0, 0.01)
"""Levels whose quantiles average to the mean."""


@dataclass(frozen=True)
class BoostedQuantiles:
    """LightGBM with the pinball loss, one model per level, the same for all items (Ke et al. 2017).

    Every item on every past origin is an example: its traits on that origin, and the demand of the lead time that
    followed, both in units of the item's mean absolute change. The trees learn the logarithm of 1 + demand, whose
    quantiles are those of demand, so that a few huge orders do not drown the rest: the loss at 99 % falls by a
    twentieth on published demand.

    Attributes:
        fewest_items: of fewer items, trees know less than the portfolio's own moments.
        fewest_examples: the same of their past lead times.
        most_examples: drawn at random where there are more, which keeps memory and time flat.
    """

    rounds: int = 150
    leaves: int = 15
    fewest_in_leaf: int = 100
    learning_rate: float = 0.05
    share: float = 0.7
    fewest_items: int = 1_000
    fewest_examples: int = 3_000
    most_examples: int = 100_000
    seed: int = 20170101
    name: str = "boosted_quantiles"
    family: str = "trees"

    @property
    def parameters(self) -> Mapping[str, float]:
        return MappingProxyType(
            {
                "rounds": self.rounds,
                "leaves": self.leaves,
                "fewest_in_leaf": self.fewest_in_leaf,
                "learning_rate": self.learning_rate,
                "share": self.share,
                "fewest_items": self.fewest_items,
                "fewest_examples": self.fewest_examples,
                "most_examples": self.most_examples,
                "seed": self.seed,
            }
        )

    def fit(self, history: History, pool: History, engine: Engine) -> Boosted:
        if len(pool.items) < self.fewest_items:
            raise CannotForecastError(f"{len(pool.items)} items to learn from, fewer than {self.fewest_items}")
        return Boosted(history.items, history.portfolio, pool.portfolio, self)

    def settings(self, level: float) -> dict[str, Any]:
        return {
            "objective": "quantile",
            "alpha": level,
            "learning_rate": self.learning_rate,
            "num_leaves": self.leaves,
            "min_data_in_leaf": self.fewest_in_leaf,
            "feature_fraction": self.share,
            "bagging_fraction": self.share,
            "bagging_freq": 1,
            "seed": self.seed,
            # Equal histories give equal trees, on any number of cores.
            "deterministic": True,
            "force_row_wise": True,
            "num_threads": 1,
            "verbosity": -1,
        }

    def examples(self, known: Portfolio, weeks: int) -> tuple[Floats, Floats]:
        parts = [_examples_at(known, cut, weeks) for cut in _past_origins(known.width, weeks)]
        count = sum(len(targets) for _, targets in parts)
        if count < self.fewest_examples:
            raise CannotForecastError(
                f"{count} examples of past lead times to learn from, fewer than {self.fewest_examples}"
            )
        features, targets = np.concatenate([part for part, _ in parts]), np.concatenate([part for _, part in parts])
        if count <= self.most_examples:
            return features, targets
        chosen = np.random.default_rng(self.seed).choice(count, self.most_examples, replace=False)
        return features[chosen], targets[chosen]


@dataclass(frozen=True)
class Boosted:
    """Trees are grown for the numbers of weeks and the levels that are asked for.

    Attributes:
        known: demand of the items to forecast.
        lenders: demand of the items to learn from.
    """

    items: pd.Index
    known: Portfolio
    lenders: Portfolio
    model: BoostedQuantiles
    steady: bool = True

    def demand(self, first: int, weeks: int, levels: Floats) -> Prediction:
        known = self.known
        features, targets = self.model.examples(self.lenders, weeks)
        lightgbm = _lightgbm()
        data = lightgbm.Dataset(features, np.log1p(targets), params={"verbosity": -1}, free_raw_data=False)
        changing = known.scale > 0
        asked = traits(Portfolio(known.demand[changing], known.start[changing]), weeks)
        grown_levels = np.union1d(GROWN_LEVELS, levels)
        answers = [
            np.asarray(lightgbm.train(self.model.settings(level), data, self.model.rounds).predict(asked))
            for level in grown_levels
        ]
        # An item that never changed (one week, or the same every week) can only be expected to go on.
        quantiles = np.repeat(weeks * known.mean[:, None], len(levels), axis=1)
        mean = quantiles[:, 0].copy()
        grown = np.maximum.accumulate(np.expm1(np.maximum(np.column_stack(answers), 0.0)), axis=1)
        scale = known.scale[changing, None]
        quantiles[changing] = grown[:, np.searchsorted(grown_levels, levels)] * scale
        usual = grown[:, np.searchsorted(grown_levels, GROWN_LEVELS)]
        mean[changing] = between_levels(usual, GROWN_LEVELS, EVEN_LEVELS).mean(axis=1) * scale[:, 0]
        return Prediction(mean, quantiles)


def between_levels(quantiles: Floats, known: Floats, asked: Floats) -> Floats:
    """Quantiles at other levels: straight lines between the known ones, from zero at level 0, flat above the highest.

    Args:
        quantiles: (items, known levels).
    """
    levels = np.concatenate([[0.0], known])
    values = np.column_stack([np.zeros(len(quantiles)), quantiles])
    above = np.clip(np.searchsorted(levels, asked), 1, len(levels) - 1)
    share = np.clip((asked - levels[above - 1]) / (levels[above] - levels[above - 1]), 0.0, 1.0)
    return values[:, above - 1] * (1 - share) + values[:, above] * share


def _lightgbm() -> ModuleType:
    """LightGBM, whose wheel counts on the system's OpenMP.

    Raises:
        CannotForecastError: the system has none.
    """
    try:
        import lightgbm
    except OSError as error:
        raise CannotForecastError(f"LightGBM does not load: {error}; on Debian, install libgomp1") from error
    return lightgbm


def _past_origins(width: int, weeks: int) -> Iterator[int]:
    """Columns on which the following lead time is known, latest first, as far back as traits mean something."""
    earliest = max(weeks + 2, width // 3, 5)
    yield from range(width - weeks, earliest - 1, -1)[:MOST_ORIGINS]


def _examples_at(known: Portfolio, cut: int, weeks: int) -> tuple[Floats, Floats]:
    then, present = known.before(cut)
    changing = then.scale > 0
    then = Portfolio(then.demand[changing], then.start[changing])
    return traits(then, weeks), known.totals(cut, weeks)[present][changing] / then.scale
