"""Which model is served for which kind of demand: the one table that decides it.

A model is chosen for a class of items, never for one item: choosing per item by past errors loses to no choice at all
on histories this short. The figures are the mean scaled pinball loss at q50…q99 over the horizon, divided by that of
`historic_average`, geometric mean over the data sets that have the class: the purchasing workbook and four published
sets of spare-part and retail demand. `bench/forecast_policy.py --warehouse` prints them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nova_assets.forecasting.parameters import FEWEST_DEMANDS, SHORTEST_HISTORY_WEEKS

BENCHMARKS = ("historic_average",)
"""Models that are written for every item, served or not, so that every origin can be compared with them."""


@dataclass(frozen=True)
class Rule:
    """The model served for a class of demand, and why."""

    demand_class: str
    model: str
    reason: str


TOO_SHORT = "too_short"

POLICY = (
    Rule("smooth", "imapa", "0.88 of the benchmark, like adida, ses and tsb; it is exponential smoothing here."),
    Rule("erratic", "imapa", "0.98 of the benchmark, tsb 0.97: no difference that counts."),
    Rule("intermittent", "tsb", "0.96 of the benchmark; imapa 0.98, on the company's own demand 1.06 against 0.97."),
    Rule("lumpy", "imapa", "0.93 of the benchmark; adida 0.94, tsb 0.97, pooled_occurrence 1.00."),
    Rule(TOO_SHORT, "pooled_occurrence", "0.98 of the benchmark; all others are worse than it: imapa 1.01, tsb 1.09."),
)


class PolicyError(ValueError):
    """An item has a demand class for which no model is chosen."""


def policy_classes(profiles: pd.DataFrame) -> pd.Series:
    """The class by which each item's model is chosen: its demand class, or `too_short`.

    Args:
        profiles: indexed by item, with `demand_class` (may be null), `weeks_observed` and `weeks_with_demand`.

    Raises:
        PolicyError: when a demand class has no rule.
    """
    short = (
        profiles["demand_class"].isna()
        | profiles["weeks_observed"].lt(SHORTEST_HISTORY_WEEKS)
        | profiles["weeks_with_demand"].lt(FEWEST_DEMANDS)
    )
    classes = pd.Series(np.where(short, TOO_SHORT, profiles["demand_class"]), index=profiles.index, dtype=object)
    unknown = sorted(set(classes) - {rule.demand_class for rule in POLICY})
    if unknown:
        raise PolicyError(
            f"No model is chosen for demand class {unknown}: add a rule to nova_assets.forecasting.policy."
        )
    return classes


def served_models(classes: pd.Series) -> pd.Series:
    """The name of the one model served for each item, by its policy class."""
    return classes.map({rule.demand_class: rule.model for rule in POLICY})
