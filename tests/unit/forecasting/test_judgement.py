"""What is served is judged before it is written: a bad ensemble is refused, an honest one passes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import dagster as dg
import numpy as np
import pandas as pd
import pytest
from scipy import stats

from nova_assets.forecasting.ensemble_assets import ensemble
from nova_assets.forecasting.history import History
from nova_assets.forecasting.judgement import Judgement, judge
from nova_assets.forecasting.outcomes import Outcome
from nova_assets.forecasting.rows import SUMMED_LEVELS
from nova_assets.forecasting.served_checks import COVERS, NO_WORSE, served_check_results
from tests.unit.forecasting.runs import resources_in, run_range, say

ORIGIN = date(2025, 7, 7)
FIRST_SERVED, LAST_SERVED, NEXT = date(2025, 6, 2), date(2025, 6, 30), date(2025, 7, 28)
FORECASTS = dg.AssetKey(["lake", "forecasts"])


def outcome(items: int = 200, factor: float = 1.0, mean: float = 8.0, benchmark: float = 1.3) -> Outcome:
    """Demand of four weeks whose law is known, an ensemble that is `factor` times its true quantiles, and a present
    formula that is `benchmark` times them.
    """
    random = np.random.default_rng(11)
    weeks = (np.datetime64(ORIGIN) - np.timedelta64(7, "D") * np.arange(12, 0, -1)).astype("datetime64[ns]")
    law = stats.nbinom(2, 2 / (2 + mean))
    frame = pd.DataFrame(
        {
            "unique_id": np.repeat([f"{item:04d}" for item in range(items)], len(weeks)),
            "ds": np.tile(weeks, items),
            "y": (1.0 + random.poisson(mean, (items, len(weeks)))).ravel(),
        }
    )
    true = np.tile(law.ppf(SUMMED_LEVELS), (items, 1))
    return Outcome(
        history=History.before(ORIGIN, frame),
        weeks=4,
        actual=law.rvs(items, random_state=random).astype(float),
        levels=SUMMED_LEVELS,
        quantiles={"ensemble": factor * true, "present_formula": benchmark * true},
        absent={},
    )


def refused(judgement: Judgement) -> set[str]:
    return {
        str(result.check_name)
        for result in served_check_results(judgement)
        if not result.passed and result.severity is dg.AssetCheckSeverity.ERROR
    }


@pytest.mark.parametrize("mean", [0.02, 0.5, 8.0])
def test_an_honest_ensemble_passes_however_rare_demand_is(mean: float) -> None:
    judgement = judge([outcome(2000, mean=mean)])
    assert refused(judgement) == set()
    assert judgement.coverage == pytest.approx(0.95, abs=0.02)


@pytest.mark.parametrize(
    ("factor", "checks"), [(0.5, {NO_WORSE, COVERS}), (3.0, {NO_WORSE, COVERS}), (0.7, {COVERS, NO_WORSE})]
)
def test_quantiles_far_too_low_or_too_high_are_refused(factor: float, checks: set[str]) -> None:
    judgement = judge([outcome(600, factor, benchmark=1.0)])
    assert refused(judgement) == checks
    assert all(str(judgement.items) in str(result.description) for result in served_check_results(judgement))


def test_an_ensemble_that_is_no_better_is_a_warning_where_chance_explains_it() -> None:
    judgement = judge([outcome(300, factor=1.1, benchmark=1.0)])
    assert judgement.ratio > 1
    (result,) = (one for one in served_check_results(judgement) if one.check_name == NO_WORSE)
    assert (result.passed, result.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert result.metadata["ratio"].value == pytest.approx(judgement.ratio)


def test_so_few_items_prove_nothing() -> None:
    judgement = judge([outcome(15, factor=0.7, benchmark=1.0)])
    assert refused(judgement) == set()
    assert "chance" not in served_check_results(judgement)[0].metadata


def test_an_item_counts_once_however_many_origins_it_has() -> None:
    one = outcome(300, 1.1, benchmark=1.0)
    weeks = [timedelta(weeks=week) for week in (0, 4, 8)]
    once = judge([one])
    thrice = judge([replace(one, history=replace(one.history, origin=ORIGIN + week)) for week in weeks])
    assert thrice.items == once.items
    assert (thrice.chance, thrice.coverage_to) == pytest.approx((once.chance, once.coverage_to))
    assert len(thrice.origins) == 3


def test_without_a_past_origin_there_is_nothing_to_object_to() -> None:
    results = served_check_results(None)
    assert all(result.passed and "No origin" in (result.description or "") for result in results)


@pytest.fixture
def resources(tmp_path: Any, portfolio: pd.DataFrame) -> dict[str, Any]:
    resources = resources_in(tmp_path, portfolio)
    say(resources, FIRST_SERVED, NEXT)
    assert run_range(ensemble, resources, FIRST_SERVED, LAST_SERVED).success
    return resources


def test_a_bad_ensemble_stops_the_run_and_changes_nothing_until_its_origins_are_made_again(
    resources: dict[str, Any],
) -> None:
    lake = resources["lake"]
    served = {"column": "origin", "first": FIRST_SERVED, "last": LAST_SERVED, "within": {"model": ["ensemble"]}}
    rows = lake.read_range("summed_demand", **served)
    for number, name in enumerate(rows.column_names):
        if name.startswith("q"):
            rows = rows.set_column(number, name, [rows[name].to_numpy() / 20])
    lake.write_range("summed_demand", rows, "origin", FIRST_SERVED, LAST_SERVED, within={"model": ["ensemble"]})
    versions = [lake.version(name) for name in ("forecasts", "summed_demand", "ensemble_standings")]

    with dg.DagsterInstance.ephemeral() as instance:
        failed = run_range(ensemble, resources, NEXT, NEXT, instance=instance, raise_on_error=False)
        assert not failed.success
        assert failed.get_asset_materialization_events() == []
        key = dg.AssetCheckKey(FORECASTS, NO_WORSE)
        latest = instance.event_log_storage.get_latest_asset_check_execution_by_key([key])
        assert latest[key].status.value == "FAILED"
    (failure,) = (event for event in failed.all_events if event.is_step_failure)
    data = failure.step_failure_data.user_failure_data
    said = str(data and data.description)
    assert "the forecasts that were there stay served" in said
    assert "nova backfill" in said
    assert [lake.version(name) for name in ("forecasts", "summed_demand", "ensemble_standings")] == versions

    again = run_range(ensemble, resources, FIRST_SERVED, NEXT)
    (check,) = (one for one in again.get_asset_check_evaluations() if one.check_name == NO_WORSE)
    assert check.metadata["origins"].value == 2
    assert check.passed
    assert check.blocking


def test_what_is_loaded_waits_for_both_checks() -> None:
    specs = {spec.name: spec for spec in ensemble.check_specs}
    assert set(specs) == {NO_WORSE, COVERS}
    assert all(spec.blocking and spec.asset_key == FORECASTS for spec in specs.values())
    assert "Wilson" in str(specs[COVERS].description)
