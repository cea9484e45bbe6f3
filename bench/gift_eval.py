"""GIFT-Eval's task `car_parts_with_missing`, monthly, short term, with the product's own ensemble.

Protocol of the published entries (Aksu et al. 2024, `SalesforceAIResearch/gift-eval`): one window, the last 12 months
of 2,674 series; quantiles 10, 20 … 90 %; missing months are not scored. Two figures over all series and months:

* wQL = mean over the levels of Σ 2·pinball loss ÷ Σ |demand|;
* MASE = mean of |demand − median| ÷ mean absolute change over 12 months before it, where there is one.

The set lacks the last 37 to 39 months of 165 series: nothing of them is scored in any window here, and nothing is
learned from them. A model sees what lay before the window. The ensemble is chosen, by the product's own rule, on the
two windows of 12 months before; since the figure counts all levels alike, and not the upper ones that stock is ordered
by, models are compared by all levels.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from published import FIRST_MONDAY, as_weeks

from nova_assets.forecasting.engine import LocalEngine
from nova_assets.forecasting.ensemble import Choice
from nova_assets.forecasting.history import WEEK, History
from nova_assets.forecasting.losses import pinball_loss
from nova_assets.forecasting.models.protocol import CannotForecastError, Model
from nova_assets.forecasting.outcomes import Outcome
from nova_assets.forecasting.parameters import ENSEMBLE
from nova_assets.forecasting.portfolio import Floats

SET = "carparts"
MONTHS, SEASON = 12, 12
LEVELS = np.arange(1, 10) / 10
MEDIAN = 4
VALIDATED = 2
ZERO = "zero"


@dataclass(frozen=True)
class Window:
    """What each model says of each month of a window.

    Attributes:
        demand: demand of every scored series, (series, months of the whole set).
        first: column of the window's first month.
        known: positions of the series with demand before it; of the others nothing is expected.
        outcomes: of its months, one by one.
    """

    demand: Floats
    first: int
    known: np.ndarray
    outcomes: tuple[Outcome, ...]

    def spread(self, months: list[Floats]) -> Floats:
        """Quantiles of every series, (series, months, levels), from those of the known ones, month by month."""
        quantiles = np.zeros((len(self.demand), MONTHS, len(LEVELS)))
        quantiles[self.known] = np.stack(months, axis=1)
        return quantiles

    def score(self, quantiles: Floats) -> dict[str, float]:
        actual = self.demand[:, self.first : self.first + MONTHS]
        loss = 2 * pinball_loss(actual, quantiles, LEVELS).sum(axis=(0, 1)) / actual.sum()
        past = self.demand[:, : self.first]
        change = np.abs(past[:, SEASON:] - past[:, :-SEASON]).mean(axis=1)
        error = np.abs(actual - quantiles[:, :, MEDIAN])[change > 0] / change[change > 0, None]
        return {"wql": float(loss.mean()), "mase": float(error.mean())}


def available(data: Path) -> bool:
    """Whether a folder has the set, with the months that are missing."""
    return all((data / f"{name}.parquet").exists() for name in (SET, f"{SET}_items"))


def car_parts(data: Path, models: Mapping[str, Model]) -> dict[str, dict[str, float]]:
    """`wql` and `mase` of the ensemble, every model and the forecast of nothing."""
    items = pd.read_parquet(data / f"{SET}_items.parquet", columns=["unique_id", "n_missing"])
    whole = items.loc[items["n_missing"] == 0, "unique_id"]
    frame = pd.read_parquet(data / f"{SET}.parquet", columns=["unique_id", "ds", "y"])
    weekly = as_weeks(frame[frame["unique_id"].isin(whole)])
    width = weekly["ds"].nunique()
    *past, last = [_window(weekly, width - MONTHS * step, models) for step in range(VALIDATED + 1, 0, -1)]
    chosen = Choice(first_level=LEVELS[0]).ensemble([outcome for window in past for outcome in window.outcomes], models)
    members = ", ".join(f"{model} {weight:.2f}" for model, weight in chosen.weights.items())
    print(f"{SET}, GIFT-Eval's protocol: ensemble {members}", file=sys.stderr, flush=True)
    scores = {ENSEMBLE: last.score(last.spread([chosen.combine(month.quantiles) for month in last.outcomes]))}
    for name in models:
        if all(name in month.quantiles and np.isfinite(month.quantiles[name]).all() for month in last.outcomes):
            scores[name] = last.score(last.spread([month.quantiles[name] for month in last.outcomes]))
    scores[ZERO] = last.score(np.zeros((len(last.demand), MONTHS, len(LEVELS))))
    return scores


def _window(weekly: pd.DataFrame, first: int, models: Mapping[str, Model]) -> Window:
    history = History.before(pd.Timestamp(FIRST_MONDAY + WEEK * first).date(), weekly)
    wide = weekly.pivot(index="unique_id", columns="ds", values="y")
    demand = wide.to_numpy(dtype=np.float64)
    known = wide.index.get_indexer(history.items)
    said: list[dict[str, Floats]] = [{} for _ in range(MONTHS)]
    absent = {}
    for name, model in models.items():
        try:
            fitted = model.fit(history, history, LocalEngine())
            months = [fitted.demand(month, 1, LEVELS).quantiles for month in range(1 if fitted.steady else MONTHS)]
        except CannotForecastError as error:
            absent[name] = str(error)
            continue
        for month in range(MONTHS):
            quantiles = pd.DataFrame(months[0 if fitted.steady else month], index=fitted.items)
            said[month][name] = quantiles.reindex(history.items).to_numpy()
    return Window(
        demand,
        first,
        known,
        tuple(
            Outcome(history, 1, demand[known, first + month], LEVELS, said[month], absent) for month in range(MONTHS)
        ),
    )
