"""The ensemble takes the few models that past origins speak for, and says why; past origins see only their past."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from nova_assets.forecasting.catalogue import CATALOGUE, MadeIn
from nova_assets.forecasting.engine import LocalEngine
from nova_assets.forecasting.ensemble import Choice, Ensemble
from nova_assets.forecasting.models import MODELS as ALL_MODELS
from nova_assets.forecasting.models.trees import BoostedQuantiles
from nova_assets.forecasting.outcomes import Outcome, outcome

LEVELS = (0.5, 0.9, 0.95, 0.99)
ORIGIN = date(2025, 8, 4)
TREES = BoostedQuantiles(rounds=10, fewest_in_leaf=20, fewest_items=50, fewest_examples=400)
MODELS = {
    **{name: model for name, model in ALL_MODELS.items() if CATALOGUE[name].made_in is not MadeIn.NO_RUN},
    "boosted_quantiles": TREES,
}


@pytest.fixture(scope="module")
def past() -> Outcome:
    random = np.random.default_rng(5)
    weeks = (np.datetime64("2025-09-01") - np.timedelta64(7, "D") * np.arange(60, 0, -1)).astype("datetime64[ns]")
    demand = random.binomial(1, 0.4, (50, 60)) * random.poisson(4, (50, 60)).astype(float)
    demand[:, 0] = 1.0
    frame = pd.DataFrame(
        {"unique_id": np.repeat([f"i{n:02}" for n in range(50)], 60), "ds": np.tile(weeks, 50), "y": demand.ravel()}
    )
    return outcome(frame, ORIGIN, 4, LEVELS, MODELS, LocalEngine())


def judged(past: Outcome, **factor: float) -> Outcome:
    """The outcome in which a model's quantiles are the best possible ones, pushed away by its factor."""
    truth = np.repeat(past.actual[:, None], len(LEVELS), axis=1)
    worst = dict.fromkeys(MODELS, truth * 10 + 10)
    return replace(past, quantiles={**worst, **{name: truth * by + by - 1 for name, by in factor.items()}})


def test_the_two_best_are_averaged_and_each_model_has_its_reason(past: Outcome) -> None:
    ensemble = Choice(margin=0.5).ensemble([judged(past, tsb=1.10, demand_windows=1.12, ses=1.11)], MODELS)
    assert ensemble.weights == {"tsb": 0.5, "demand_windows": 0.5}
    reasons = {standing.model: standing.reason for standing in ensemble.standings}
    assert reasons["tsb"] == "in: rank 1 of 12 on 1 past origins"
    assert reasons["ses"] == "out: says nearly the same as tsb, which is better"
    assert reasons["historic_average"].startswith("out: more than 50% behind tsb")


def test_a_model_far_behind_the_best_is_out(past: Outcome) -> None:
    assert Choice().ensemble([judged(past, tsb=1.1, demand_windows=1.2)], MODELS).weights == {"tsb": 1.0}


def test_a_model_that_could_not_speak_is_out_with_its_reason(past: Outcome) -> None:
    quantiles = {name: one for name, one in past.quantiles.items() if name != "boosted_quantiles"}
    silent = replace(past, quantiles=quantiles, absent={"boosted_quantiles": "too young"})
    standing = next(s for s in Choice().ensemble([silent], MODELS).standings if s.model == "boosted_quantiles")
    assert (standing.weight, standing.reason) == (0.0, "out: too young")


def test_the_average_is_taken_level_by_level_of_those_that_speak(past: Outcome) -> None:
    ensemble = Choice(margin=0.5).ensemble([judged(past, tsb=1.10, demand_windows=1.12)], MODELS)
    one, other = np.array([[2.0, 4.0]]), np.array([[4.0, 10.0]])
    assert ensemble.combine({"tsb": one, "demand_windows": other}).tolist() == [[3.0, 7.0]]
    assert ensemble.combine({"tsb": one}).tolist() == one.tolist()


def test_an_ensemble_of_nothing_cannot_be_combined() -> None:
    with pytest.raises(ValueError, match="none of the chosen models"):
        Ensemble(()).combine({})


def test_a_spike_on_or_after_the_origin_moves_no_model(portfolio: pd.DataFrame) -> None:
    spiked = portfolio.assign(y=portfolio["y"].where(portfolio["ds"] < np.datetime64(ORIGIN), 1e6))
    before = outcome(portfolio, ORIGIN, 4, LEVELS, MODELS, LocalEngine())
    after = outcome(spiked, ORIGIN, 4, LEVELS, MODELS, LocalEngine())
    assert before.quantiles.keys() == MODELS.keys()
    for name in MODELS:
        assert np.array_equal(before.quantiles[name], after.quantiles[name], equal_nan=True), name
    assert (after.actual >= before.actual).all()
    assert after.actual.max() == pytest.approx(4e6)


def test_what_came_is_the_demand_of_the_lead_time_alone(portfolio: pd.DataFrame) -> None:
    made = outcome(portfolio, ORIGIN, 2, LEVELS, {}, LocalEngine())
    item = made.history.items[0]
    series = portfolio[portfolio["unique_id"] == item].set_index("ds")["y"]
    weeks = [pd.Timestamp(ORIGIN + timedelta(weeks=week)) for week in range(2)]
    assert made.actual[0] == pytest.approx(series.reindex(weeks, fill_value=0.0).sum())
