"""Published demand for the benchmarks of forecasts, as the models take it."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from nova_assets.forecasting.history import WEEK

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "demand"
FIRST_MONDAY = np.datetime64("2001-01-01")


def as_weeks(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with its periods, weekly or monthly, as consecutive Mondays: models see their order alone.

    Every item has every period: one without a row, without a number or with a return (below zero) counts as zero.
    """
    demand = frame.assign(ds=pd.to_datetime(frame["ds"]), y=frame["y"].astype("float64").clip(lower=0.0).fillna(0.0))
    wide = demand.pivot_table(index="unique_id", columns="ds", values="y", aggfunc="sum", fill_value=0.0)
    items, periods = wide.shape
    return pd.DataFrame(
        {
            "unique_id": np.repeat(wide.index.to_numpy().astype(str), periods),
            "ds": np.tile(FIRST_MONDAY + WEEK * np.arange(periods), items).astype("datetime64[ns]"),
            "y": wide.to_numpy().reshape(-1),
        }
    )


def is_monthly(frame: pd.DataFrame) -> bool:
    """Whether the periods of a frame with `ds` are months rather than weeks."""
    between = np.diff(np.sort(pd.to_datetime(frame["ds"]).unique())).astype("timedelta64[D]").astype(int)
    return len(between) > 0 and bool(np.median(between) > 20)


def tell(text: str) -> None:
    """Progress, beside the figures."""
    print(text, file=sys.stderr, flush=True)
