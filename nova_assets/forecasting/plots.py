"""The plots of forecasts: what is expected, how it turned out, and how good the models are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from nova_assets.forecasting.history import WEEK
from nova_assets.forecasting.parameters import ENSEMBLE, HORIZON_WEEKS, QUANTILES
from nova_assets.images import image

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DEMAND, EARLIER, LATEST, QUIET = "#1f2a35", "#e0a030", "#3b6ea8", "#9aa5b1"
WEEKS_BEFORE = 26
BANDS = (("q05", "q95", 0.18), ("q10", "q90", 0.28))


@dataclass(frozen=True)
class Fan:
    """Weekly forecasts of one item from one origin.

    Attributes:
        quantiles: column of `QUANTILES` → its value in each week from the origin on.
    """

    origin: date
    quantiles: Mapping[str, Sequence[float]]


def fan_chart(title: str, demand: pd.Series, fans: Sequence[Fan]) -> str:
    """What an item was demanded, and what was expected of it on an earlier and on the latest origin.

    Args:
        demand: weekly demand by Monday, also that of the weeks that an earlier origin spoke of.
        fans: the earliest origin first.
    """

    def draw(axes: Axes) -> None:
        shown = demand[demand.index >= np.datetime64(fans[0].origin) - WEEKS_BEFORE * WEEK]
        axes.step(shown.index, shown.to_numpy(), where="mid", color=DEMAND, lw=1, label="demanded")
        for fan, color in zip(fans, (EARLIER, LATEST)[-len(fans) :], strict=True):
            weeks = pd.DatetimeIndex([np.datetime64(fan.origin) + at * WEEK for at in range(HORIZON_WEEKS)])
            for low, high, alpha in BANDS:
                axes.fill_between(
                    weeks, fan.quantiles[low], fan.quantiles[high], color=color, alpha=alpha, lw=0, step="mid"
                )
            axes.step(weeks, fan.quantiles["q50"], where="mid", color=color, lw=1.4, label=f"median of {fan.origin}")
        axes.set_ylabel("unit a week; 80 %, 90 %", fontsize=8)
        axes.set_ylim(bottom=0)
        axes.legend(fontsize=8, frameon=False, ncols=3, loc="lower right", bbox_to_anchor=(1, 1))

    return image(title, draw)


def calibration(covered: Mapping[str, float], title: str) -> str:
    """The share within each quantile against the share that it names; even where they are equal."""

    def draw(axes: Axes) -> None:
        named = [QUANTILES[name] for name in covered]
        axes.plot([0.4, 1], [0.4, 1], color=QUIET, lw=0.8)
        axes.plot(named, list(covered.values()), "o-", color=LATEST, ms=5)
        for x, y in zip(named, covered.values(), strict=True):
            axes.annotate(f"{y:.1%}", (x, y), fontsize=8, xytext=(6, -10), textcoords="offset points")
        axes.set_xlabel("level of the quantile", fontsize=8)
        axes.set_ylabel("share within it", fontsize=8)

    return image(title, draw)


def loss_by_model(ratios: Mapping[str, float], title: str) -> str:
    """Each model's loss relative to that of the present formula; the ensemble stands out."""

    def draw(axes: Axes) -> None:
        names = sorted(ratios, key=ratios.__getitem__, reverse=True)
        bars = axes.barh(
            names, [ratios[name] for name in names], color=[LATEST if name == ENSEMBLE else QUIET for name in names]
        )
        axes.bar_label(bars, fmt="%.3f", fontsize=7, padding=3)
        axes.axvline(1, color=DEMAND, lw=0.8)
        axes.tick_params(labelsize=7)
        axes.set_xlabel("mean scaled pinball loss ÷ the present formula's", fontsize=8)
        axes.margins(x=0.1)

    return image(title, draw)
