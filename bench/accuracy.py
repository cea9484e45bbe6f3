"""How good the lead-time demand of the product's own models is, on published demand, against the present formula.

Reads every `<name>.parquet` of a folder (`unique_id, ds, y`; weekly or monthly; periods without a row count as zero
demand). On each of the last three origins, one lead time apart, every model sees what lay before and is scored on the
demand of the lead time that followed; the ensemble of an origin is chosen on the two origins before it. A short set has
fewer origins, and one that is shorter than three lead times none. Prints, per set and as geometric mean, the scaled
pinball loss at 50, 80, 90, 95 and 99 % divided by that of the present formula (D×L + Z·σ·√L), the same at 99 %, and the
share of lead times covered by the 95 % quantile. Items have two demands before the first origin.

Where the folder has `carparts` with its items, GIFT-Eval's task on it follows: `gift_eval.py`.

`--json` ends with one line: `spl_avg_ratio`, `spl99_ratio`, `coverage95` of the ensemble, geometric means over sets;
`sets` with each set's own; `carparts_wql` and `carparts_mase`. A figure that a set has no answer to is null.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import gift_eval
import numpy as np
import pandas as pd
from published import DATA, FIRST_MONDAY, as_weeks, is_monthly, tell

from nova_assets.forecasting.catalogue import CATALOGUE, MadeIn
from nova_assets.forecasting.engine import LocalEngine
from nova_assets.forecasting.ensemble import FIRST_LEVEL, Choice
from nova_assets.forecasting.history import WEEK
from nova_assets.forecasting.models import MODELS, PRESENT_FORMULA
from nova_assets.forecasting.models.protocol import Model
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


FIGURES = {
    "spl_avg_ratio": "Scaled pinball loss 50-99 %, relative to the present formula",
    "spl99_ratio": "The same at 99 %",
    "coverage95": "Covered by the 95 % quantile",
}
NO_FIGURES = dict.fromkeys(FIGURES, np.nan)


class TooLittleError(ValueError):
    """A set has too few periods or demands for a single origin."""


@dataclass(frozen=True)
class Score:
    """A model on one set: mean losses by level, its own and the present formula's on the same items, and coverage."""

    losses: Floats
    benchmark: Floats
    covered: Floats

    @classmethod
    def of(cls, said: Sequence[tuple[Outcome, Floats]]) -> Score:
        """From quantiles on some origins, which weigh alike; of the items that the model speaks of."""
        parts = []
        for one, quantiles in said:
            losses, benchmark = one.losses(quantiles), one.losses(one.quantiles[PRESENT_FORMULA.name])
            spoken = np.isfinite(losses).all(axis=1)
            if spoken.any():
                covered = one.covered(quantiles)[spoken]
                parts.append([part.mean(axis=0) for part in (losses[spoken], benchmark[spoken], covered)])
        return cls(*np.mean(parts, axis=0)) if parts else cls(*np.full((3, len(LEVELS)), np.nan))

    @property
    def figures(self) -> dict[str, float]:
        """The three figures; NaN where there is nothing to measure, or nothing to compare with."""
        upper = LEVELS >= FIRST_LEVEL
        benchmark = np.where(self.benchmark > 0, self.benchmark, np.nan)
        return {
            "spl_avg_ratio": float(self.losses[upper].mean() / benchmark[upper].mean()),
            "spl99_ratio": float(self.losses[Q99] / benchmark[Q99]),
            "coverage95": float(self.covered[Q95]),
        }


def lead_time_of(name: str, frame: pd.DataFrame) -> int:
    """The lead time of a published set; of an unknown one three months, or four weeks."""
    return LEAD_TIMES.get(name.lower(), MONTHLY_LEAD_TIME if is_monthly(frame) else WEEKLY_LEAD_TIME)


def outcomes(name: str, frame: pd.DataFrame, lead_time: int, models: Mapping[str, Model]) -> list[Outcome]:
    """Outcomes of the validation and test origins, oldest first.

    Raises:
        TooLittleError: there is no origin with two lead times before it, or no item with two demands.
    """
    demand = as_weeks(frame)
    width = demand["ds"].nunique()
    origins = min(TESTED + VALIDATED, (width - 2 * lead_time) // lead_time)
    if origins < 1:
        raise TooLittleError(f"{width} periods are fewer than three lead times of {lead_time}")
    cuts = [width - lead_time * step for step in range(origins, 0, -1)]
    first = FIRST_MONDAY + WEEK * cuts[0]
    early = demand[(demand["ds"].to_numpy() < first) & (demand["y"] > 0)].groupby("unique_id").size()
    chosen = demand[demand["unique_id"].isin(early.index[early >= FEWEST_DEMANDS])]
    if chosen.empty:
        raise TooLittleError(f"no item has {FEWEST_DEMANDS} demands before period {cuts[0]}")
    made = []
    for cut in cuts:
        started = time.perf_counter()
        origin = pd.Timestamp(FIRST_MONDAY + WEEK * cut).date()
        made.append(outcome(chosen, origin, lead_time, tuple(LEVELS), models, LocalEngine()))
        seconds = time.perf_counter() - started
        tell(f"{name}: {len(made[-1].history.items):,} items before period {cut}, {seconds:.1f} s")
    return made


def scores(made: Sequence[Outcome], models: Mapping[str, Model]) -> dict[str, Score]:
    """The ensemble, every model that spoke and the forecast of nothing, over the test origins: all but the first two of
    them, or the last of fewer.
    """
    tested = made[min(VALIDATED, len(made) - 1) :]
    served = []
    for at, one in enumerate(tested, start=len(made) - len(tested)):
        chosen = Choice().ensemble(made[max(at - VALIDATED, 0) : at], models)
        members = ", ".join(f"{model} {weight:.2f}" for model, weight in chosen.weights.items())
        tell(f"  ensemble of origin {at - len(made) + len(tested) + 1}: {members}")
        served.append((one, chosen.combine(one.quantiles)))
    nothing = [(one, np.zeros((len(one.actual), len(LEVELS)))) for one in tested]
    said = {name: [(one, one.quantiles[name]) for one in tested if name in one.quantiles] for name in models}
    spoken = {name: of_model for name, of_model in said.items() if len(of_model) == len(tested)}
    return {name: Score.of(one) for name, one in {ENSEMBLE: served, **spoken, ZERO: nothing}.items()}


def geometric_means(sets: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """Geometric mean over the sets that have the figure, figure by figure."""
    frame = pd.DataFrame([*sets, NO_FIGURES])
    return {figure: float(np.exp(np.log(frame[figure].dropna()).mean())) for figure in FIGURES}


def print_table(sets: Mapping[str, Mapping[str, Mapping[str, float]]]) -> None:
    """One table per figure: models by set; the mean is over the sets that could be measured."""
    for figure, title in FIGURES.items():
        columns = {name: {model: of_model[figure] for model, of_model in one.items()} for name, one in sets.items()}
        table = pd.DataFrame(columns)
        measurable = [name for name in table.columns if np.isfinite(columns[name][ENSEMBLE])]
        table["geometric mean"] = [float(np.exp(np.log(row).mean())) for row in table[measurable].to_numpy()]
        print(f"\n{title}\n{table.to_string(float_format='{:.3f}'.format, na_rep='-')}")


def measured(path: Path, lead_time: int | None, models: Mapping[str, Model]) -> dict[str, dict[str, float]]:
    """The figures of one set by model; of the ensemble alone, and empty, where the set is too short."""
    frame = pd.read_parquet(path, columns=["unique_id", "ds", "y"])
    try:
        made = outcomes(path.stem, frame, lead_time or lead_time_of(path.stem, frame), models)
    except TooLittleError as error:
        tell(f"{path.stem}: not measured, {error}")
        return {ENSEMBLE: NO_FIGURES}
    return {name: score.figures for name, score in scores(made, models).items()}


def as_json(sets: Mapping[str, Mapping[str, float]], car_parts: Mapping[str, float]) -> str:
    """The ensemble's figures as one line; JSON has no NaN."""
    answer = {**geometric_means(sets.values()), **car_parts}
    named = {figure: value if np.isfinite(value) else None for figure, value in answer.items()}
    each = {
        name: {figure: value if np.isfinite(value) else None for figure, value in one.items()}
        for name, one in sets.items()
    }
    return json.dumps({**named, "sets": each})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--data", type=Path, default=DATA, help="folder of <name>.parquet (default: beside the project)"
    )
    parser.add_argument("--sets", nargs="*", help="names of the sets to take (default: all)")
    parser.add_argument("--lead-time", type=int, help="periods of lead time, for every set (default: by set)")
    parser.add_argument(
        "--also", nargs="*", default=(), metavar="MODEL", help="models that are run on demand only, to be measured too"
    )
    parser.add_argument("--json", action="store_true", help="end with one line of JSON: the ensemble's figures")
    arguments = parser.parse_args()
    files = [path for path in sorted(arguments.data.glob("*.parquet")) if not path.stem.endswith("_items")]
    files = [path for path in files if not arguments.sets or path.stem in arguments.sets]
    if not files:
        parser.error(f"no <name>.parquet with demand in {arguments.data}")
    asked = {name for name, entry in CATALOGUE.items() if entry.made_in is not MadeIn.NO_RUN} | set(arguments.also)
    models = {name: model for name, model in MODELS.items() if name in asked}
    figures = {path.stem: measured(path, arguments.lead_time, models) for path in files}
    print_table(figures)
    car_parts = {"wql": np.nan, "mase": np.nan}
    if gift_eval.SET in figures and gift_eval.available(arguments.data):
        by_model = gift_eval.car_parts(arguments.data, models)
        car_parts = by_model[ENSEMBLE]
        print(f"\nCar parts, GIFT-Eval's protocol\n{pd.DataFrame(by_model).T.to_string(float_format='{:.3f}'.format)}")
    if arguments.json:
        ensembles = {name: one[ENSEMBLE] for name, one in figures.items()}
        print(as_json(ensembles, {f"carparts_{name}": value for name, value in car_parts.items()}))


if __name__ == "__main__":
    main()
