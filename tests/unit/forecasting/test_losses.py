"""The formulas of accuracy, against independent implementations and against chance itself."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from utilsforecast import losses as independent

from nova_assets.forecasting import losses
from nova_assets.forecasting.history import History

ORIGIN = date(2025, 7, 7)
LEVELS = np.array([0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99])


@pytest.fixture
def errors(portfolio: pd.DataFrame) -> tuple[History, pd.DataFrame, np.ndarray, np.ndarray]:
    """A history, the four weeks after it with a forecast of them, and both as matrices, items by weeks."""
    history = History.before(ORIGIN, portfolio)
    after = portfolio[(portfolio["ds"] >= np.datetime64(ORIGIN)) & (portfolio["ds"] < np.datetime64("2025-08-04"))]
    coming = after[after["unique_id"].isin(history.items)].sort_values(["unique_id", "ds"], ignore_index=True)
    coming["f"] = np.random.default_rng(1).gamma(1.0, 2.0, len(coming))
    actual, said = (coming[name].to_numpy().reshape(-1, 4) for name in ("y", "f"))
    return history, coming, actual, said


def test_mase_and_rmsse_are_those_of_utilsforecast(errors):
    history, coming, actual, said = errors
    expected = [
        function(coming, ["f"], seasonality=1, train_df=history.frame).set_index("unique_id")["f"]
        for function in (independent.mase, independent.rmsse)
    ]
    mase = losses.absolute_scaled_error(actual, said, losses.naive_scale(history))[:, -1]
    rmsse = losses.root_squared_scaled_error(actual, said, losses.naive_square_scale(history))[:, -1]
    told = losses.measurable(history)
    assert told.sum() > 20
    assert mase[told] == pytest.approx(expected[0].reindex(history.items).to_numpy()[told])
    assert rmsse[told] == pytest.approx(expected[1].reindex(history.items).to_numpy()[told])


def test_the_pinball_loss_is_that_of_utilsforecast(errors):
    _, coming, actual, said = errors
    loss = losses.pinball_loss(actual, said[:, :, None], np.array([0.9]))[:, :, 0].mean(axis=1)
    assert loss == pytest.approx(independent.quantile_loss(coming, {"f": "f"}, q=0.9)["f"].to_numpy())


@pytest.mark.parametrize(
    ("actual", "quantiles", "lower", "upper"),
    [
        (5.0, [1, 4, 6], 0.5, 0.9),  # between two quantiles: between their levels
        (9.0, [1, 4, 6], 0.9, 1.0),
        (0.5, [1, 4, 6], 0.0, 0.1),
        (4.0, [1, 4, 6], 0.3, 0.7),  # equal to one: half a step to each side
        (0.0, [0, 0, 6], 0.0, 0.7),  # no demand can be less than none
        (0.0, [0, 0, 0], 0.0, 0.95),
    ],
)
def test_the_transform_lies_where_the_quantiles_say(actual, quantiles, lower, upper):
    bounds = losses.transform_bounds(np.array([actual]), np.array([quantiles], dtype=float), np.array([0.1, 0.5, 0.9]))
    assert [bound[0] for bound in bounds] == pytest.approx([lower, upper])


@pytest.mark.parametrize("mean", [0.03, 0.3, 3.0, 300.0])
def test_quantiles_that_are_true_cover_what_they_say_however_rare_demand_is(mean: float):
    """Counting y ≤ q would say 99.6 % of the 95 % quantile at a mean of 0.03: the quantile is zero."""
    random = np.random.default_rng(7)
    law = stats.nbinom(0.5, 0.5 / (0.5 + mean * random.uniform(0.5, 1.5, 20_000)))
    actual, quantiles = law.rvs(random_state=random).astype(float), law.ppf(LEVELS[:, None]).T
    bounds = losses.transform_bounds(actual, quantiles, LEVELS)
    covered = losses.transform_below(*bounds, LEVELS).mean(axis=0)
    assert covered == pytest.approx(LEVELS, abs=0.025)
    histogram = np.diff(losses.transform_below(*bounds, np.linspace(0, 1, 11))).sum(axis=0)
    assert histogram.sum() == pytest.approx(20_000)
    assert histogram == pytest.approx(np.full(10, 2_000), rel=0.12)
