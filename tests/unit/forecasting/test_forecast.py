"""One origin's forecasts: complete, one served model per item, and blind to the future."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pyarrow.compute as pc
import pytest

from nova_assets.forecasting.engine import LocalEngine
from nova_assets.forecasting.forecast import SCHEMA, MissingProfilesError, OriginForecast, forecast_origin
from nova_assets.forecasting.history import History
from nova_assets.forecasting.policy import POLICY, PolicyError
from nova_assets.registry.lake import FORECASTS

ORIGIN = date(2025, 7, 7)
NOW = datetime(2025, 7, 7, 6, tzinfo=UTC)
Profiles = Callable[[pd.DataFrame, date], pd.DataFrame]


def forecast(demand: pd.DataFrame, profiles_of: Profiles, origin: date = ORIGIN) -> OriginForecast:
    return forecast_origin(History.before(origin, demand), profiles_of(demand, origin), LocalEngine(), NOW)


def test_every_item_has_every_week_of_the_horizon_from_every_model_that_forecast_it(
    portfolio: pd.DataFrame, profiles_of: Profiles
) -> None:
    made = forecast(portfolio, profiles_of)
    frame = made.rows.to_pandas()
    weeks = [ORIGIN + timedelta(weeks=week) for week in range(13)]
    for _, group in frame.groupby(["item_id", "model"]):
        assert group["forecast_date"].tolist() == weeks
    assert set(frame["item_id"]) == set(made.history.items)
    assert made.rows.schema == SCHEMA
    assert set(frame["site_id"]) == {"ALL"}
    assert not frame.duplicated(["item_id", "model", "forecast_date"]).any()


def test_exactly_one_model_is_served_per_item_and_it_is_the_one_of_its_class(
    portfolio: pd.DataFrame, profiles_of: Profiles
) -> None:
    made = forecast(portfolio, profiles_of)
    served = made.rows.filter(made.rows["served"]).to_pandas().groupby("item_id")["model"].agg(["nunique", "first"])
    model_of = {rule.demand_class: rule.model for rule in POLICY}
    assert served["nunique"].eq(1).all()
    assert served["first"].to_dict() == made.classes.map(model_of).to_dict()
    assert set(made.classes) == set(model_of)


def test_the_benchmark_is_written_for_every_item(portfolio: pd.DataFrame, profiles_of: Profiles) -> None:
    made = forecast(portfolio, profiles_of)
    benchmark = made.rows.filter(pc.field("model") == "historic_average")
    assert set(benchmark["item_id"].to_pylist()) == set(made.history.items)
    assert benchmark["served"].to_pylist() == [False] * benchmark.num_rows


def test_forecasts_and_quantiles_are_finite_and_never_negative(portfolio: pd.DataFrame, profiles_of: Profiles) -> None:
    figures = forecast(portfolio, profiles_of).rows.select(["forecast_value", "q05", "q50", "q99"]).to_pandas()
    assert np.isfinite(figures.to_numpy()).all()
    assert (figures.to_numpy() >= 0).all()


def test_the_first_week_of_some_items_is_what_is_served_of_them_for_the_week_of_the_origin(
    portfolio: pd.DataFrame, profiles_of: Profiles
) -> None:
    """Not an earlier or later week, not a benchmark that is written beside the served model, not another item."""
    made = forecast(portfolio, profiles_of)
    asked = made.history.items[[0, 7, 12]].tolist()
    first = made.first_week_of(asked).to_pandas()
    assert sorted(first["item_id"]) == asked
    assert set(first["forecast_date"]) == {ORIGIN}
    assert first["served"].all()
    rows = made.rows.to_pandas()
    served = rows[rows["served"] & (rows["forecast_date"] == ORIGIN)].set_index("item_id")
    assert first.set_index("item_id")["q90"].to_dict() == served.loc[asked, "q90"].to_dict()
    assert made.first_week_of(asked).schema == SCHEMA


def test_the_first_week_of_no_item_or_of_an_origin_without_forecast_is_empty(
    portfolio: pd.DataFrame, profiles_of: Profiles
) -> None:
    """A list without items has no type of its own: it must not become an error of Arrow."""
    made = forecast(portfolio, profiles_of)
    assert made.first_week_of([]).num_rows == 0
    assert made.first_week_of(["no such item"]).num_rows == 0
    lagging = portfolio[portfolio["ds"] < np.datetime64(ORIGIN - timedelta(weeks=3))]
    assert forecast(lagging, profiles_of).first_week_of(made.history.items.tolist()).num_rows == 0


@pytest.mark.parametrize("weeks_later", [0, 1, 5])
def test_a_spike_planted_on_or_after_an_origin_moves_nothing_of_it(
    portfolio: pd.DataFrame, profiles_of: Profiles, weeks_later: int
) -> None:
    spiked = portfolio.copy()
    spiked.loc[spiked["ds"] == np.datetime64(ORIGIN + timedelta(weeks=weeks_later)), "y"] = 1e6
    assert forecast(spiked, profiles_of).rows.equals(forecast(portfolio, profiles_of).rows)


def test_a_spike_in_the_week_before_an_origin_moves_it(portfolio: pd.DataFrame, profiles_of: Profiles) -> None:
    spiked = portfolio.copy()
    spiked.loc[spiked["ds"] == np.datetime64(ORIGIN - timedelta(weeks=1)), "y"] = 1e6
    assert not forecast(spiked, profiles_of).rows.equals(forecast(portfolio, profiles_of).rows)


def test_an_origin_that_the_data_do_not_reach_has_no_forecast(portfolio: pd.DataFrame, profiles_of: Profiles) -> None:
    lagging = portfolio[portfolio["ds"] < np.datetime64(ORIGIN - timedelta(weeks=3))]
    made = forecast(lagging, profiles_of)
    assert (made.history.weeks_missing, made.rows.num_rows) == (3, 0)


def test_the_version_names_code_parameters_and_data(portfolio: pd.DataFrame, profiles_of: Profiles) -> None:
    first = forecast(portfolio, profiles_of)
    grown = portfolio.copy()
    grown.loc[grown["ds"] < np.datetime64(ORIGIN), "y"] += 1
    second = forecast(grown, profiles_of)

    def parts(made: OriginForecast) -> dict[str, list[str]]:
        pairs = zip(made.rows["model"].to_pylist(), made.rows["model_version"].to_pylist(), strict=True)
        return {model: version.split(".") for model, version in pairs}

    before, after = parts(first)["historic_average"], parts(second)["historic_average"]
    assert before[:2] == after[:2]
    assert before[2] != after[2]
    assert parts(first)["imapa"][1] != before[1]


def test_before_any_demand_there_is_nothing_to_forecast(portfolio: pd.DataFrame, profiles_of: Profiles) -> None:
    made = forecast(portfolio, profiles_of, date(2020, 1, 6))
    assert made.rows.num_rows == 0
    assert made.rows.schema == SCHEMA


def test_an_item_without_a_profile_stops_the_origin_and_says_what_to_do(
    portfolio: pd.DataFrame, profiles_of: Profiles
) -> None:
    profiles = profiles_of(portfolio, ORIGIN).iloc[1:]
    with pytest.raises(MissingProfilesError, match=r"1 items .*Materialize analytics/features_demand_profile"):
        forecast_origin(History.before(ORIGIN, portfolio), profiles, LocalEngine(), NOW)


def test_a_demand_class_without_a_rule_is_refused(portfolio: pd.DataFrame, profiles_of: Profiles) -> None:
    profiles = profiles_of(portfolio, ORIGIN).assign(demand_class="seasonal", weeks_observed=60, weeks_with_demand=9)
    with pytest.raises(PolicyError, match=r"\['seasonal'\]: add a rule"):
        forecast_origin(History.before(ORIGIN, portfolio), profiles, LocalEngine(), NOW)


def test_the_rows_have_the_columns_that_the_registry_says() -> None:
    arrow = {"text": "string", "date": "date32[day]", "boolean": "bool", "double precision": "double"}
    wanted = {column.name: arrow.get(column.type, "timestamp[us, tz=UTC]") for column in FORECASTS.columns}
    assert {field.name: str(field.type) for field in SCHEMA} == wanted
