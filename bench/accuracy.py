"""How good the lead-time demand of the product's own models is, on published demand, against the present formula.

Reads every `<name>.parquet` of a folder (`unique_id, ds, y`; weekly or monthly, complete with zeros). On each of the
last three origins, one lead time apart, every model sees what lay before and is scored on the demand of the lead time
that followed; the ensemble of an origin is chosen on the two origins before it. Prints, per set and as geometric mean,
the scaled pinball loss at 50, 80, 90, 95 and 99 % divided by that of the present formula (D×L + Z·σ·√L), the same at
99 %, and the share of lead times covered by the 95 % quantile. Items have two demands before the first origin.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from published import DATA, FIRST_MONDAY, as_weeks

from nova_assets.forecasting.engine import LocalEngine
from nova_assets.forecasting.ensemble import FIRST_LEVEL, Choice
from nova_assets.forecasting.history import WEEK
from nova_assets.forecasting.models import MODELS, PRESENT_FORMULA
from nova_assets.forecasting.outcomes import Outcome, outcome
from nova_assets.forecasting.parameters import ENSEMBLE, FEWEST_DEMANDS, QUANTILES
from nova_assets.forecasting.portfolio import Floats

LEAD_TIMES = {"auto": 3, "braf": 9, "carparts": 6, "man": 7, "oil": 2, "onlineretail": 4, "raf": 9}
"""Lead times that the sets were published or are usually evaluated with, in their periods."""

MONTHLY_LEAD_TIME, WEEKLY_LEAD_TIME = 3, 4
TESTED, VALIDATED = 3, 2
ZERO = "zero"
LEVELS = np.array(tuple(QUANTILES.values()))
Q95, Q99 = list(QUANTILES).index("q95"), list(QUANTILES).index("q99")


@dataclass(frozen=True)
class Score:
    """A model on one set: mean losses by level over items and origins, and coverage by level."""

    losses: Floats
    covered: Floats

    def relative_to(self, other: Score) -> dict[str, float]:
        upper = LEVELS >= FIRST_LEVEL
        return {
            "spl_avg_ratio": float(self.losses[upper].mean() / other.losses[upper].mean()),
            "spl99_ratio": float(self.losses[Q99] / other.losses[Q99]),
            "coverage95": float(self.covered[Q95]),
        }


def lead_time_of(name: str, frame: pd.DataFrame) -> int:
    """The lead time of a published set; of an unknown one three months, or four weeks."""
    between = np.diff(np.sort(frame["ds"].unique())).astype("timedelta64[D]").astype(int)
    monthly = np.median(between) > 20
    return LEAD_TIMES.get(name.lower(), MONTHLY_LEAD_TIME if monthly else WEEKLY_LEAD_TIME)


def outcomes(name: str, frame: pd.DataFrame, lead_time: int) -> list[Outcome]:
    """Outcomes of the validation and test origins, oldest first."""
    demand = as_weeks(frame)
    width = demand["ds"].nunique()
    cuts = [width - lead_time * step for step in range(TESTED + VALIDATED, 0, -1)]
    if cuts[0] < 2 * lead_time:
        raise SystemExit(f"{name}: {width} periods are too few for {len(cuts)} origins {lead_time} periods apart")
    first = FIRST_MONDAY + WEEK * cuts[0]
    early = demand[(demand["ds"].to_numpy() < first) & (demand["y"] > 0)].groupby("unique_id").size()
    chosen = demand[demand["unique_id"].isin(early.index[early >= FEWEST_DEMANDS])]
    made = []
    for cut in cuts:
        started = time.perf_counter()
        origin = pd.Timestamp(FIRST_MONDAY + WEEK * cut).date()
        made.append(outcome(chosen, origin, lead_time, tuple(LEVELS), MODELS, LocalEngine()))
        seconds = time.perf_counter() - started
        print(
            f"{name}: {len(made[-1].history.items):,} items before period {cut}, {seconds:.1f} s",
            file=sys.stderr,
            flush=True,
        )
    return made


def scores(made: list[Outcome]) -> Iterator[tuple[str, Score]]:
    """The ensemble, every model and the forecast of nothing, over the test origins."""
    tested = range(len(made) - TESTED, len(made))
    choices = {at: Choice().ensemble(made[at - VALIDATED : at]) for at in tested}
    for at in tested:
        members = ", ".join(f"{model} {weight:.2f}" for model, weight in choices[at].weights.items())
        print(f"  ensemble of origin {at - tested[0] + 1}: {members}", file=sys.stderr)
    for name in (ENSEMBLE, *MODELS, ZERO):
        losses, covered = [], []
        for at in tested:
            one = made[at]
            if name == ENSEMBLE:
                quantiles = choices[at].combine(one.quantiles)
            elif name == ZERO:
                quantiles = np.zeros((len(one.actual), len(LEVELS)))
            elif name in one.quantiles:
                quantiles = one.quantiles[name]
            else:
                break
            losses.append(one.losses(quantiles).mean(axis=0))
            covered.append(one.covered(quantiles).mean(axis=0))
        else:
            yield name, Score(np.mean(losses, axis=0), np.mean(covered, axis=0))


def geometric_means(sets: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """Geometric mean over the sets, figure by figure."""
    figures = next(iter(sets.values()))
    return {figure: float(np.exp(np.mean([np.log(one[figure]) for one in sets.values()]))) for figure in figures}


def print_table(figures: Mapping[str, Mapping[str, Mapping[str, float]]]) -> None:
    """One table per figure: models by set."""
    titles = {
        "spl_avg_ratio": "Scaled pinball loss 50-99 %, relative to the present formula",
        "spl99_ratio": "The same at 99 %",
        "coverage95": "Covered by the 95 % quantile",
    }
    models = list(dict.fromkeys(model for one in figures.values() for model in one))
    for figure, title in titles.items():
        table = pd.DataFrame(
            {
                name: {model: one[model][figure] if model in one else np.nan for model in models}
                for name, one in figures.items()
            }
        )
        table["geometric mean"] = [float(np.exp(np.log(row).mean())) for row in table.to_numpy()]
        print(f"\n{title}\n{table.to_string(float_format='{:.3f}'.format, na_rep='-')}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--data", type=Path, default=DATA, help="folder of <name>.parquet (default: beside the project)"
    )
    parser.add_argument("--sets", nargs="*", help="names of the sets to take (default: all)")
    parser.add_argument("--lead-time", type=int, help="periods of lead time, for every set (default: by set)")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON: the ensemble's figures")
    arguments = parser.parse_args()
    files = [path for path in sorted(arguments.data.glob("*.parquet")) if not path.stem.endswith("_items")]
    files = [path for path in files if not arguments.sets or path.stem in arguments.sets]
    if not files:
        parser.error(f"no <name>.parquet with demand in {arguments.data}")
    figures = {}
    for path in files:
        frame = pd.read_parquet(path, columns=["unique_id", "ds", "y"])
        made = dict(scores(outcomes(path.stem, frame, arguments.lead_time or lead_time_of(path.stem, frame))))
        figures[path.stem] = {name: score.relative_to(made[PRESENT_FORMULA.name]) for name, score in made.items()}
    print_table(figures)
    if arguments.json:
        ensembles = {name: one[ENSEMBLE] for name, one in figures.items()}
        print(json.dumps({**geometric_means(ensembles), "sets": ensembles}))


if __name__ == "__main__":
    main()
