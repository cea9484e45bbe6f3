"""Whether an ensemble may be served: what it said on past origins, beside the present formula and what came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from nova_assets.forecasting import losses
from nova_assets.forecasting.average import Average, past_outcome
from nova_assets.forecasting.demand import StoredDemand
from nova_assets.forecasting.ensemble import upper_losses
from nova_assets.forecasting.models import PRESENT_FORMULA
from nova_assets.forecasting.outcomes import Outcome, demand_of
from nova_assets.forecasting.parameters import ENSEMBLE, JUDGED_WEEKS, SUMMED_WEEKS, VALIDATION_WEEKS
from nova_assets.forecasting.portfolio import Floats
from nova_assets.forecasting.rows import SUMMED_LEVELS
from nova_assets.forecasting.said import Said

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
    return judge_items([judged_items(one) for one in past])


def judged_items(one: Outcome) -> pd.DataFrame:
    """Of each item of an outcome: `origin`, `own` loss, the `benchmark`'s, and how far it was `covered`; NaN where
    there is nothing to compare or to tell.
    """
    compared = np.full((len(one.history.items), 2), np.nan)
    for column, name in enumerate((ENSEMBLE, PRESENT_FORMULA.name)):
        compared[one.measurable, column] = upper_losses(one, name).mean(axis=1)
    return pd.DataFrame(
        {
            "item": one.history.items,
            "origin": one.history.origin,
            "own": compared[:, 0],
            "benchmark": compared[:, 1],
            "covered": _covered(one),
        }
    )


def judge_items(parts: Sequence[pd.DataFrame]) -> Judgement:
    """The judgement of `judged_items` of some origins and parts of the items; at least one."""
    items = pd.concat(parts)
    by_item = items.drop(columns="origin").groupby("item").mean()
    compared, covered = by_item[["own", "benchmark"]].dropna(), by_item["covered"].dropna()
    own, benchmark = compared["own"].mean(), compared["benchmark"].mean()
    coverage = float(covered.mean())
    low, high = _wilson(coverage, len(covered))
    return Judgement(
        origins=tuple(sorted(items["origin"].unique())),
        items_compared=len(compared),
        ratio=float(own / benchmark) if benchmark > 0 else float("nan"),
        chance=_chance((compared["own"] - compared["benchmark"]).to_numpy()),
        items=len(covered),
        coverage=coverage,
        coverage_from=low,
        coverage_to=high,
    )


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


def judged_origins(last: date, last_week: date | None) -> list[date]:
    """The past origins that an ensemble is judged by, earliest first; none without demand.

    Args:
        last: the latest origin that is made.
        last_week: Monday of the last known week.
    """
    if last_week is None:
        return []
    reached = min(last, last_week + timedelta(weeks=1))
    return [
        reached - timedelta(weeks=weeks)
        for weeks in range(JUDGED_WEEKS // VALIDATION_WEEKS * VALIDATION_WEEKS, 0, -VALIDATION_WEEKS)
    ]


def judged_now(made: Average, known: pd.DataFrame, said: Said) -> pd.DataFrame | None:
    """`judged_items` of what has just been made and is not written yet; None where the present formula is silent.

    Args:
        known: demand `unique_id, ds, y` of these items that reaches at least `VALIDATION_WEEKS` weeks on.
        said: what the present formula says.
    """
    origin, items = made.history.origin, made.history.items
    if not said.models_of(origin):
        return None
    own = made.figures.summed[:, SUMMED_WEEKS.index(VALIDATION_WEEKS), 1:]
    return judged_items(
        Outcome(
            history=made.history,
            weeks=VALIDATION_WEEKS,
            actual=demand_of(known, made.history, VALIDATION_WEEKS),
            levels=SUMMED_LEVELS,
            quantiles={ENSEMBLE: own, **said.quantiles(origin, [PRESENT_FORMULA.name], VALIDATION_WEEKS, items)},
            absent={},
        )
    )


def judged_before(origins: Sequence[date], demand: StoredDemand, said: Said) -> list[pd.DataFrame]:
    """`judged_items` of what the lake has of some origins: those on which both spoke.

    Args:
        said: what the ensemble and the present formula say.
    """
    return [
        judged_items(past_outcome(origin, known, said))
        for origin in origins
        if len(said.models_of(origin)) == len(said.models)
        for known in demand.frames()
    ]
