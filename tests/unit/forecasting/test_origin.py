"""One model on one origin: complete rows, blind to the future, and a reason where there are none."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from nova_assets.forecasting.engine import LocalEngine
from nova_assets.forecasting.history import History
from nova_assets.forecasting.models import MODELS
from nova_assets.forecasting.models.trees import BoostedQuantiles
from nova_assets.forecasting.origin import OriginForecast, forecast_origin
from nova_assets.forecasting.rows import FORECASTS_SCHEMA, SUMMED_SCHEMA

ORIGIN = date(2025, 7, 7)
NOW = datetime(2025, 7, 7, 6, tzinfo=UTC)


def forecast(demand: pd.DataFrame, model: str = "tsb", origin: date = ORIGIN) -> OriginForecast:
    history = History.before(origin, demand)
    return forecast_origin(MODELS[model], history, history, LocalEngine(), NOW)


def test_every_item_has_every_week_of_the_horizon_and_every_sum(portfolio: pd.DataFrame) -> None:
    made = forecast(portfolio)
    weekly, summed = made.forecasts.to_pandas(), made.summed.to_pandas()
    weeks = [ORIGIN + timedelta(weeks=week) for week in range(13)]
    assert all(group["forecast_date"].tolist() == weeks for _, group in weekly.groupby("item_id"))
    assert all(group["weeks"].tolist() == [1, 2, 4, 8, 13, 26] for _, group in summed.groupby("item_id"))
    assert set(weekly["item_id"]) == set(summed["item_id"]) == set(made.history.items)
    assert (made.forecasts.schema, made.summed.schema) == (FORECASTS_SCHEMA, SUMMED_SCHEMA)
    assert set(weekly["site_id"]) == {"ALL"}


@pytest.mark.parametrize("model", ["present_formula", "tsb", "demand_windows", "pooled_bootstrap_95"])
def test_one_week_is_the_same_in_both_tables(model: str, portfolio: pd.DataFrame) -> None:
    made = forecast(portfolio, model)
    first = made.forecasts.to_pandas().query("forecast_date == @ORIGIN").set_index("item_id")
    sums = made.summed.to_pandas().query("weeks == 1").set_index("item_id")
    shared = ["forecast_value", "q05", "q50", "q95", "q99"]
    pd.testing.assert_frame_equal(first[shared], sums[shared])


@pytest.mark.parametrize("weeks_later", [0, 1, 5])
@pytest.mark.parametrize("model", ["tsb", "pooled_bootstrap_95"])
def test_a_spike_planted_on_or_after_an_origin_moves_nothing_of_it(
    model: str, weeks_later: int, portfolio: pd.DataFrame
) -> None:
    spiked = portfolio.copy()
    spiked.loc[spiked["ds"] == np.datetime64(ORIGIN + timedelta(weeks=weeks_later)), "y"] = 1e6
    assert figures(forecast(spiked, model)) == figures(forecast(portfolio, model))


def test_a_spike_in_the_week_before_an_origin_moves_it(portfolio: pd.DataFrame) -> None:
    spiked = portfolio.copy()
    spiked.loc[spiked["ds"] == np.datetime64(ORIGIN - timedelta(weeks=1)), "y"] = 1e6
    assert figures(forecast(spiked)) != figures(forecast(portfolio))


def figures(made: OriginForecast) -> list[object]:
    """All that is written but for the seconds it took."""
    return [table.drop_columns(["run_seconds"]).to_pylist() for table in (made.forecasts, made.summed)]


def test_an_origin_that_the_data_do_not_reach_has_no_forecast(portfolio: pd.DataFrame) -> None:
    made = forecast(portfolio[portfolio["ds"] < np.datetime64(ORIGIN - timedelta(weeks=3))])
    assert (made.forecasts.num_rows, made.summed.num_rows) == (0, 0)
    assert made.absent == "the data end 3 weeks before the origin"


def test_before_any_demand_there_is_nothing_to_forecast(portfolio: pd.DataFrame) -> None:
    made = forecast(portfolio, origin=date(2020, 1, 6))
    assert (made.forecasts.num_rows, made.absent) == (0, "there is no demand before the origin")
    assert made.forecasts.schema == FORECASTS_SCHEMA


def test_a_model_that_has_nothing_to_say_leaves_its_reason(portfolio: pd.DataFrame) -> None:
    history = History.before(ORIGIN, portfolio)
    made = forecast_origin(BoostedQuantiles(), history, history, LocalEngine(), NOW)
    assert made.absent is not None
    assert "items to learn from" in made.absent
    assert made.summed.num_rows == 0


def test_the_version_names_code_parameters_and_data(portfolio: pd.DataFrame) -> None:
    grown = portfolio.copy()
    grown.loc[grown["ds"] < np.datetime64(ORIGIN), "y"] += 1

    def version(demand: pd.DataFrame, model: str) -> list[str]:
        (only,) = set(forecast(demand, model).forecasts["model_version"].to_pylist())
        return only.split(".")

    before, after = version(portfolio, "tsb"), version(grown, "tsb")
    assert before[:2] == after[:2]
    assert before[2] != after[2]
    assert version(portfolio, "imapa")[1] != before[1]
