"""Which items are demanded often enough to be read as a series of weeks and not as single events."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nova_assets.forecasting.history import History

SEASON_WEEKS = 52
"""A year. Seasons that are not of the year (month ends, work weeks) are not looked for."""

FEWEST_SEASONS = 2
"""Seasons that must lie before the origin: one alone cannot be told from chance."""

FEWEST_WEEKS = 26
"""Weeks that a model of weekly series must have seen."""

LONGEST_INTERVAL = 2.0
"""Mean weeks from demand to demand up to which automatic models are asked.

Measured on samples of `carparts`, `man` and `onlineretail` (26 weeks and more, last two lead times, loss relative to
`historic_average`, geometric mean): with demand in every second week or more, AutoARIMA 0.87, AutoETS 0.86, `imapa`
0.84; with less they fall behind, 0.91 and 0.95, and `imapa`, which takes a hundredth of the time, does not, 0.87.
"""

LONGEST_REGULAR_INTERVAL = 1.32
"""Mean weeks from demand to demand of the classes smooth and erratic (Syntetos, Boylan & Croston 2005)."""

LEAST_STRENGTH = 0.64
"""Strength of a season from which on it is believed in, as in `nsdiffs` of R's package forecast."""


def regular_items(
    history: History, longest_interval: float = LONGEST_INTERVAL, fewest_weeks: int = FEWEST_WEEKS
) -> pd.Index:
    """Items with enough weeks, and demand in enough of them; sorted."""
    weeks, demands = history.summary["weeks"], history.summary["demands"]
    return history.items[(weeks >= fewest_weeks) & (weeks <= longest_interval * demands)]


def seasonal_items(history: History, items: pd.Index) -> pd.Index:
    """Those of `items` with two seasons or more, and a season that is stronger than chance; sorted.

    Strength is 1 − Var(remainder) ÷ Var(season + remainder) of an STL decomposition: Wang, Smith & Hyndman (2006), Data
    Mining and Knowledge Discovery 13(3). On `man`, whose weeks have no season, the strength of two to three years of
    noise is 0.33 to 0.51; a season fitted to it would cost AutoETS 7 to 37 %.
    """
    long_enough = items[history.summary.loc[items, "weeks"] >= FEWEST_SEASONS * SEASON_WEEKS]
    series = history.of(long_enough).groupby("unique_id")["y"]
    return pd.Index([item for item, y in series if _strength(y.to_numpy()) > LEAST_STRENGTH], dtype=items.dtype)


def _strength(demand: np.ndarray) -> float:
    from statsforecast.mstl import mstl

    parts = mstl(demand, SEASON_WEEKS)
    remainder = parts["remainder"].to_numpy()
    varying = remainder + parts["seasonal"].to_numpy()
    spread = float(varying.var())
    return 1 - float(remainder.var()) / spread if spread > 0 else 0.0
