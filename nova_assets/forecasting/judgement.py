"""Whether an ensemble may be served: what it said on past origins, beside the present formula and what came."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from nova_assets.forecasting import losses
from nova_assets.forecasting.average import EnsembleForecast, Said, past_outcome
from nova_assets.forecasting.ensemble import upper_losses
from nova_assets.forecasting.history import WEEK
from nova_assets.forecasting.models import PRESENT_FORMULA
from nova_assets.forecasting.outcomes import Outcome
from nova_assets.forecasting.parameters import ENSEMBLE, JUDGED_WEEKS, VALIDATION_WEEKS
from nova_assets.forecasting.portfolio import Floats
from nova_assets.resources.lake import Lake

CERTAINTY = 0.99
"""What is refused is wrong by so much that chance would do it once in a hundred judgements, or less."""

FEWEST_ITEMS = 30
"""Of fewer items a mean is no normal variable, and a t-test says nothing."""

COVERED_LEVEL = 0.95
COVERED_AT_LEAST, COVERED_AT_MOST = 0.925, 0.975


@dataclass(frozen=True)
class Judgement:
    """What past origins say of the ensemble.

    An item counts once, by the mean over its origins.

    Attributes:
        origins: past origins looked at, each with all weeks of its window ended.
        items_compared: items by which the loss is compared.
        ratio: mean scaled pinball loss of the upper quantiles ÷ that of the present formula; NaN without items.
        chance: probability of a loss so much above the present formula's if there were no difference: one-sided
            t-test of the difference, paired by item; NaN where there is nothing to test.
        items: items whose coverage is known.
        coverage: part of them within the 95 % quantile (`losses.transform_below`).
        coverage_from: lower end of its 99 % interval (Wilson 1927, JASA 22(158)).
        coverage_to: upper end.
    """

    origins: tuple[date, ...]
    items_compared: int
    ratio: float
    chance: float
    items: int
    coverage: float
    coverage_from: float
    coverage_to: float

    @property
    def is_worse(self) -> bool:
        """Worse than the present formula, and the sample can tell."""
        return self.ratio > 1 and self.chance < 1 - CERTAINTY

    @property
    def is_no_better(self) -> bool:
        """Not better than the present formula in the sample, whether or not that means anything."""
        return self.ratio >= 1

    @property
    def misses_coverage(self) -> bool:
        """The whole interval of the coverage lies outside of what is called 95 %."""
        return self.coverage_from > COVERED_AT_MOST or self.coverage_to < COVERED_AT_LEAST

    @property
    def of_loss(self) -> str:
        """The first of the two findings, in a sentence."""
        return (
            f"Its loss is {self.ratio:.3f} of the present formula's on {self.items_compared} items and "
            f"{len(self.origins)} past origins; equal models would be as far apart with a chance of {self.chance:.4f}."
        )

    @property
    def of_coverage(self) -> str:
        """The second of them."""
        return (
            f"Its 95 % quantile covered {self.coverage:.1%} of {self.items} items on {len(self.origins)} past origins "
            f"({self.coverage_from:.1%} to {self.coverage_to:.1%}, to be within {COVERED_AT_LEAST:.1%} to "
            f"{COVERED_AT_MOST:.1%})."
        )


def judge(past: Sequence[Outcome]) -> Judgement:
    """The judgement of outcomes in which both the ensemble and the present formula spoke; at least one."""
    compared = _by_item(
        past,
        lambda one: {
            "item": one.history.items[one.measurable],
            "own": upper_losses(one, ENSEMBLE).mean(axis=1),
            "benchmark": upper_losses(one, PRESENT_FORMULA.name).mean(axis=1),
        },
    )
    covered = _by_item(past, lambda one: {"item": one.history.items, "covered": _covered(one)})
    own, benchmark = compared["own"].mean(), compared["benchmark"].mean()
    coverage = float(covered["covered"].mean())
    low, high = _wilson(coverage, len(covered))
    return Judgement(
        origins=tuple(one.history.origin for one in past),
        items_compared=len(compared),
        ratio=float(own / benchmark) if benchmark > 0 else float("nan"),
        chance=_chance((compared["own"] - compared["benchmark"]).to_numpy()),
        items=len(covered),
        coverage=coverage,
        coverage_from=low,
        coverage_to=high,
    )


def _by_item(past: Sequence[Outcome], figures: Callable[[Outcome], Mapping[str, Any]]) -> pd.DataFrame:
    """The mean of each item's figures over the origins; items without them are left out."""
    return pd.concat([pd.DataFrame(figures(one)) for one in past]).groupby("item").mean().dropna()


def _covered(one: Outcome) -> Floats:
    said = one.quantiles[ENSEMBLE]
    bounds = losses.transform_bounds(one.actual, said, one.levels)
    within = losses.transform_below(*bounds, np.array([COVERED_LEVEL]))[:, 0]
    return np.where(np.isfinite(said[:, 0]), within, np.nan)


def _chance(difference: Floats) -> float:
    if len(difference) < FEWEST_ITEMS or np.ptp(difference) == 0:
        return float("nan")
    tested: Any = stats.ttest_1samp(difference, 0.0, alternative="greater")
    return float(tested.pvalue)


def _wilson(share: float, items: int) -> tuple[float, float]:
    """Wilson's score interval, which holds for shares near one too; everything is possible where there is no item."""
    if not items:
        return 0.0, 1.0
    z = stats.norm.ppf((1 + CERTAINTY) / 2)
    middle = (share + z**2 / (2 * items)) / (1 + z**2 / items)
    half = z / (1 + z**2 / items) * np.sqrt(share * (1 - share) / items + z**2 / (4 * items**2))
    return float(middle - half), float(middle + half)


def judge_made(made: Sequence[EnsembleForecast], lake: Lake, demand: pd.DataFrame) -> Judgement | None:
    """The judgement of what has just been made and is not written yet, and of what was served before; None without
    a past origin.

    Args:
        made: ensembles of consecutive origins.
        demand: weekly demand `unique_id, ds, y` up to the last of these origins.
    """
    if demand.empty:
        return None
    first, last = made[0].origin, min(made[-1].origin, (demand["ds"].max() + WEEK).date())
    origins = [last - timedelta(weeks=weeks) for weeks in range(VALIDATION_WEEKS, JUDGED_WEEKS + 1, VALIDATION_WEEKS)]
    said = Said.read(lake, origins[-1], last, (ENSEMBLE, PRESENT_FORMULA.name)).with_made(made, first)
    past = [
        past_outcome(origin, demand, said, (ENSEMBLE,))
        for origin in reversed(origins)
        if {ENSEMBLE, PRESENT_FORMULA.name} <= set(said.models_of(origin))
    ]
    return judge(past) if past else None
