"""On published demand, the negative binomial is more honest than the textbook's normal formula."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from nova_assets.forecasting.engine import LocalEngine
from nova_assets.forecasting.history import History
from nova_assets.forecasting.losses import naive_scale, pinball_loss
from nova_assets.forecasting.models import MODELS
from nova_assets.forecasting.parameters import QUANTILES

DATA = Path(__file__).resolve().parents[4] / "shared" / "data" / "demand"
LEVELS = np.array(tuple(QUANTILES.values()))
Q99 = list(QUANTILES).index("q99")
MONTHS_AHEAD = 6


def test_pinball_loss_charges_shortage_by_the_level_and_excess_by_the_rest() -> None:
    loss = pinball_loss(np.array([[10.0]]), np.array([[[4.0, 12.0]]]), np.array([0.9, 0.9]))
    assert loss[0, 0] == pytest.approx([0.9 * 6, 0.1 * 2])


@pytest.mark.real_data
@pytest.mark.parametrize("name", ["auto", "carparts"])
def test_the_negative_binomial_beats_the_normal_formula_at_99_percent(name: str) -> None:
    path = DATA / f"{name}.parquet"
    if not path.exists():
        pytest.skip(f"{path.relative_to(DATA.parents[2])} is not beside the project")
    wide = pd.read_parquet(path).pivot(index="unique_id", columns="ds", values="y").astype("float64").fillna(0.0)
    # Months stand for weeks here: the models see the order of periods only.
    weeks = pd.date_range("2001-01-01", periods=wide.shape[1], freq="W-MON")
    wide.columns = weeks
    demand = (
        wide.reset_index().melt(id_vars="unique_id", var_name="ds", value_name="y").astype({"ds": "datetime64[ns]"})
    )
    history = History.before(weeks[-MONTHS_AHEAD].date(), demand)
    actual = wide.loc[history.items].to_numpy()[:, -MONTHS_AHEAD:]

    said = {name: MODELS[name].fit(history, history, LocalEngine()) for name in ("historic_average", "present_formula")}
    by_week = {
        name: np.stack([fitted.demand(week, 1, LEVELS).quantiles for week in range(MONTHS_AHEAD)], axis=1)
        for name, fitted in said.items()
    }
    loss = {
        name: pinball_loss(actual, quantiles, LEVELS)[:, :, Q99].mean(axis=1) / naive_scale(history)
        for name, quantiles in by_week.items()
    }
    assert np.nanmean(loss["historic_average"]) < 0.95 * np.nanmean(loss["present_formula"])
    covered = (actual[:, :, None] <= by_week["historic_average"]).mean(axis=(0, 1))[Q99]
    assert 0.975 <= covered <= 1.0
