"""Published demand for the benchmarks of forecasts, as the models take it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from nova_assets.forecasting.history import WEEK

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "demand"
FIRST_MONDAY = np.datetime64("2001-01-01")


def as_weeks(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with its periods, weekly or monthly, as consecutive Mondays: models see their order alone."""
    periods = np.sort(frame["ds"].unique())
    return pd.DataFrame(
        {
            "unique_id": frame["unique_id"],
            "ds": FIRST_MONDAY + WEEK * np.searchsorted(periods, frame["ds"].to_numpy()),
            "y": frame["y"].astype("float64"),
        }
    )
