"""Whether forecasts are better when models see unusual quantities adjusted.

As `bench/accuracy.py`, on the same sets, origins and loss, with the models that are quick: each is fitted to the demand
as it came, to the same with unusual quantities cut to the largest usual one, and with the cut demand for its mean only.
Every forecast is scored on the demand as it came. Prints losses at 50 to 99 % and at 99 % relative to those of the way
"as it came", also of the items with a flag before the origin.

The rule is that of `sql/core/fact_demand_anomalies.sql`, on periods in the place of days.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd
from accuracy import LEVELS, Q99, TESTED, VALIDATED, lead_time_of
from published import DATA, FIRST_MONDAY, as_weeks

from nova_assets.forecasting.distributions import index_of_dispersion
from nova_assets.forecasting.engine import LocalEngine
from nova_assets.forecasting.ensemble import FIRST_LEVEL, Choice
from nova_assets.forecasting.history import WEEK, History
from nova_assets.forecasting.models import MODELS
from nova_assets.forecasting.models.moments import MatchedMoments
from nova_assets.forecasting.outcomes import Outcome, demand_of
from nova_assets.forecasting.parameters import ENSEMBLE, FEWEST_DEMANDS
from nova_assets.forecasting.portfolio import Floats

SMALLEST_HISTORY, LONGEST_HISTORY = 8, 60
SCORE, SMALLEST_SPREAD = 3.5, np.log(2) / 2
QUICK = {
    name: MODELS[name]
    for name in ("present_formula", "historic_average", "pooled_occurrence", "ses", "tsb", "pooled_bootstrap_95")
}
WAYS = ("as it came", "adjusted", "mean alone")


@dataclass(frozen=True)
class Scored:
    """Losses of one way on one origin: of all items by level, and of those with a flag."""

    losses: Floats
    flagged: Floats

    @property
    def figures(self) -> tuple[float, float, float]:
        upper = LEVELS >= FIRST_LEVEL
        return self.losses[:, upper].mean(), self.losses[:, Q99].mean(), self.flagged[:, upper].mean()


def largest_usual(demand: pd.DataFrame) -> Floats:
    """The largest quantity of each row that would not be flagged; infinite where nothing can be said.

    Args:
        demand: `unique_id, ds, y`, sorted.
    """
    limits = np.full(len(demand), np.inf)
    demanded = demand[demand["y"] > 0]
    for rows in demanded.groupby("unique_id").indices.values():
        sizes = np.log(demanded["y"].to_numpy()[rows])
        for number in range(SMALLEST_HISTORY, len(sizes)):
            history = sizes[max(0, number - LONGEST_HISTORY) : number]
            middle = np.median(history)
            spread = max(np.median(np.abs(history - middle)), SMALLEST_SPREAD)
            limits[demanded.index[rows[number]]] = np.exp(middle + SCORE * spread / 0.6745)
    return limits


def outcomes(demand: pd.DataFrame, adjusted: pd.DataFrame, origin: np.datetime64, weeks: int) -> Mapping[str, Outcome]:
    """What the models said on an origin, way by way."""
    day = pd.Timestamp(origin).date()
    actual, cut = History.before(day, demand), History.before(day, adjusted)
    said: dict[str, dict[str, Floats]] = {way: {} for way in WAYS}
    for name, model in QUICK.items():
        plain, fitted = (model.fit(history, history, LocalEngine()) for history in (actual, cut))
        said["as it came"][name] = plain.demand(0, weeks, LEVELS).quantiles
        said["adjusted"][name] = fitted.demand(0, weeks, LEVELS).quantiles
        if isinstance(fitted, MatchedMoments):
            plain = replace(fitted, dispersion=index_of_dispersion(actual.summary))
        said["mean alone"][name] = plain.demand(0, weeks, LEVELS).quantiles
    came = demand_of(demand, actual, weeks)
    return {way: Outcome(actual, weeks, came, LEVELS, said[way], {}) for way in WAYS}


def compared(demand: pd.DataFrame, weeks: int) -> pd.DataFrame:
    """Figures of the ensemble and of every model, way by way, relative to the demand as it came."""
    width = demand["ds"].nunique()
    origins = [FIRST_MONDAY + WEEK * (width - weeks * step) for step in range(TESTED + VALIDATED, 0, -1)]
    early = demand[(demand["ds"].to_numpy() < origins[0]) & (demand["y"] > 0)].groupby("unique_id").size()
    chosen = demand[demand["unique_id"].isin(early.index[early >= FEWEST_DEMANDS])]
    chosen = chosen.sort_values(["unique_id", "ds"], ignore_index=True)
    limits = largest_usual(chosen)
    flags = chosen[chosen["y"] > limits]
    excess = (chosen["y"] - limits).clip(lower=0).sum() / chosen["y"].sum()
    print(f"{len(flags):,} of {(chosen['y'] > 0).sum():,} demands are flagged, {excess:.2%} of the quantity is cut")
    made = [outcomes(chosen, chosen.assign(y=chosen["y"].clip(upper=limits)), origin, weeks) for origin in origins]
    rows = []
    for way in WAYS:
        for name in (ENSEMBLE, *QUICK):
            figures = [
                scored([one[way] for one in made[at - VALIDATED : at]], made[at][way], name, flags).figures
                for at in range(VALIDATED, len(made))
            ]
            rows.append((name, way, *np.nanmean(figures, axis=0)))
    table = pd.DataFrame(rows, columns=["model", "way", "50-99 %", "99 %", "with a flag"]).set_index(["model", "way"])
    relative = table / table.xs("as it came", level="way")
    return cast(pd.DataFrame, relative.unstack("way"))


def scored(past: list[Outcome], one: Outcome, name: str, flags: pd.DataFrame) -> Scored:
    """The losses of a model, or of the ensemble that the past origins speak for."""
    quantiles = Choice().ensemble(past, QUICK).combine(one.quantiles) if name == ENSEMBLE else one.quantiles[name]
    seen = flags[flags["ds"].to_numpy() < np.datetime64(one.history.origin)]["unique_id"]
    losses = one.losses(quantiles)
    return Scored(losses, losses[one.history.items.isin(seen)[one.measurable]])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--data", type=Path, default=DATA, help="folder of <name>.parquet (default: beside the project)"
    )
    parser.add_argument("--sets", nargs="*", help="names of the sets to take (default: all)")
    arguments = parser.parse_args()
    for path in sorted(arguments.data.glob("*.parquet")):
        if path.stem.endswith("_items") or (arguments.sets and path.stem not in arguments.sets):
            continue
        frame = pd.read_parquet(path, columns=["unique_id", "ds", "y"])
        print(f"\n{path.stem}")
        print(compared(as_weeks(frame), lead_time_of(path.stem, frame)).to_string(float_format="{:.3f}".format))


if __name__ == "__main__":
    main()
