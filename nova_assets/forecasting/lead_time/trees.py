"""Quantiles of lead-time demand learned from the past of the whole portfolio, by gradient-boosted trees."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType, ModuleType
from typing import Any

import numpy as np

from nova_assets.forecasting.engine import Engine
from nova_assets.forecasting.history import History
from nova_assets.forecasting.lead_time.protocol import CannotForecastError
from nova_assets.forecasting.lead_time.traits import traits
from nova_assets.forecasting.portfolio import Floats, Portfolio

MOST_ORIGINS = 60
"""Past origins that are learned from, the latest ones."""


@dataclass(frozen=True)
class BoostedQuantiles:
    """LightGBM with the pinball loss, one model per level, the same for all items (Ke et al. 2017).

    Every item on every past origin is an example: its traits on that origin, and the demand of the lead time that
    followed, both in units of the item's mean absolute change. The trees learn the logarithm of 1 + demand, whose
    quantiles are those of demand, so that a few huge orders do not drown the rest: the loss at 99 % falls by a
    twentieth on published demand.

    Attributes:
        fewest_examples: below this many, trees know less than the portfolio's own moments.
        most_examples: drawn at random where there are more, which keeps memory and time flat.
    """

    rounds: int = 150
    leaves: int = 15
    fewest_in_leaf: int = 100
    learning_rate: float = 0.05
    share: float = 0.7
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
                "fewest_examples": self.fewest_examples,
                "most_examples": self.most_examples,
                "seed": self.seed,
            }
        )

    def quantiles(self, history: History, weeks: int, levels: Floats, engine: Engine) -> Floats:
        known = history.portfolio
        features, targets = self._examples(known, weeks)
        lightgbm = _lightgbm()
        data = lightgbm.Dataset(features, np.log1p(targets), params={"verbosity": -1}, free_raw_data=False)
        changing = known.scale > 0
        asked = traits(Portfolio(known.demand[changing], known.start[changing]), weeks)
        answers = [
            np.asarray(lightgbm.train(self._settings(level), data, self.rounds).predict(asked)) for level in levels
        ]
        # An item that never changed (one week, or the same every week) can only be expected to go on.
        quantiles = np.repeat(weeks * known.mean[:, None], len(levels), axis=1)
        rising = np.maximum.accumulate(np.expm1(np.maximum(np.column_stack(answers), 0.0)), axis=1)
        quantiles[changing] = rising * known.scale[changing, None]
        return quantiles

    def _settings(self, level: float) -> dict[str, Any]:
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

    def _examples(self, known: Portfolio, weeks: int) -> tuple[Floats, Floats]:
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
