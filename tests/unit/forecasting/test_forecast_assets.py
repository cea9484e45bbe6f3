"""The assets: a range of origins in one run, the same tables when run again, and light definitions."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import numpy as np
import pandas as pd
import pytest

from nova_assets.forecasting.average import ModelsMissingError
from nova_assets.forecasting.ensemble_assets import ensemble
from nova_assets.forecasting.explanation_assets import explanations
from nova_assets.forecasting.family_assets import family_forecasts
from nova_assets.forecasting.model_assets import model_key, models
from nova_assets.forecasting.models import MODELS
from nova_assets.resources.lake import Lake, LakeTableMissingError
from tests.unit.forecasting.runs import CHEAP, metadata_of, resources_in, run_range, say, written_demand

ROOT = Path(__file__).resolve().parents[3]
FIRST, LAST = date(2025, 7, 7), date(2025, 7, 28)
ORIGINS = [FIRST + timedelta(weeks=week) for week in range(4)]


@pytest.fixture
def resources(tmp_path: Path, portfolio: pd.DataFrame) -> dict[str, Any]:
    return resources_in(tmp_path, portfolio)


def table(resources: dict[str, Any], name: str, *models_of: str) -> pd.DataFrame:
    rows = resources["lake"].read_range(name, "origin", FIRST, LAST, within={"model": models_of} if models_of else None)
    columns = [column for column in rows.column_names if column not in ("generated_at", "run_seconds")]
    return rows.select(columns).to_pandas().sort_values(columns[:6], ignore_index=True)


def test_a_range_of_origins_is_one_run_with_a_row_count_for_each(resources: dict[str, Any]) -> None:
    result = run_range(models, resources, FIRST, LAST, ["tsb"])
    frame = table(resources, "forecasts")
    assert set(frame["model"]) == {"tsb"}
    for origin in ORIGINS:
        found = metadata_of(result, model_key("tsb"), origin)
        assert found["dagster/partition_row_count"] == int((frame["origin"] == origin).sum()) > 0
        assert found["data_versions"]["analytics.features_demand_weekly"] == 7
        assert found["items"] == frame[frame["origin"] == origin]["item_id"].nunique()


def test_a_model_that_has_nothing_to_say_is_materialized_with_its_reason(resources: dict[str, Any]) -> None:
    result = run_range(models, resources, FIRST, FIRST, ["boosted_quantiles"])
    found = metadata_of(result, model_key("boosted_quantiles"), FIRST)
    assert found["dagster/partition_row_count"] == 0
    assert found["says_nothing_because"] == "57 items to learn from, fewer than 1000"


def test_one_model_made_again_leaves_the_others_as_they_were(resources: dict[str, Any]) -> None:
    run_range(models, resources, FIRST, LAST, ["tsb", "ses"])
    before = table(resources, "summed_demand")
    run_range(models, resources, FIRST, LAST, ["tsb"])
    pd.testing.assert_frame_equal(table(resources, "summed_demand"), before)


def test_a_range_in_one_run_equals_its_origins_one_by_one(resources: dict[str, Any]) -> None:
    say(resources, FIRST, LAST)
    run_range(ensemble, resources, FIRST, LAST)
    tables = ("forecasts", "summed_demand", "ensemble_standings")
    at_once = {name: table(resources, name) for name in tables}
    for origin in ORIGINS:
        run_range(models, resources, origin, origin, CHEAP)
        run_range(ensemble, resources, origin, origin)
    for name in tables:
        pd.testing.assert_frame_equal(table(resources, name), at_once[name])


def test_the_ensemble_is_the_average_of_the_models_that_its_standings_name(resources: dict[str, Any]) -> None:
    say(resources, FIRST, LAST)
    result = run_range(ensemble, resources, FIRST, LAST)
    standings = table(resources, "ensemble_standings")
    assert set(standings["model"]) == set(MODELS)
    figures = ["forecast_value", "q05", "q50", "q80", "q95", "q99"]
    for origin in ORIGINS:
        weights = standings[(standings["origin"] == origin) & (standings["weight"] > 0)].set_index("model")["weight"]
        assert set(weights.index) <= set(CHEAP)
        for name in ("forecasts", "summed_demand"):
            rows = table(resources, name).query("origin == @origin and site_id == 'ALL'").set_index("model")
            expected = sum(weight * rows.loc[[model], figures].to_numpy() for model, weight in weights.items())
            assert rows.loc[["ensemble"], figures].to_numpy() == pytest.approx(expected)
        found = metadata_of(result, dg.AssetKey(["lake", "forecasts"]), origin)
        assert found["weights"] == pytest.approx(weights.to_dict())
        assert len(found["past_origins"]) == 3
    assert "| present_formula | 1.000 |" in found["standings"]


def test_a_model_that_is_silent_on_the_origin_is_not_chosen_for_what_it_said_before(
    resources: dict[str, Any], tmp_path: Path
) -> None:
    before = FIRST - timedelta(weeks=4)
    without = {**resources, "lake": Lake(root=str(tmp_path / "without"))}
    for lake in (resources, without):
        run_range(models, lake, before, before, CHEAP)
    run_range(models, resources, FIRST, FIRST, CHEAP)
    run_range(ensemble, resources, FIRST, FIRST)
    members = table(resources, "ensemble_standings").query("weight > 0")["model"].tolist()
    run_range(models, without, FIRST, FIRST, [name for name in CHEAP if name not in members])
    run_range(ensemble, without, FIRST, FIRST)
    standings = table(without, "ensemble_standings").set_index("model")
    assert set(standings.loc[members, "reason"]) == {"out: it has not forecast the origin to be served"}
    assert standings["weight"].sum() == 1


def test_without_past_origins_the_model_that_needs_least_history_is_served(resources: dict[str, Any]) -> None:
    run_range(models, resources, FIRST, FIRST, CHEAP)
    run_range(ensemble, resources, FIRST, FIRST)
    standings = table(resources, "ensemble_standings").set_index("model")
    assert standings.loc["pooled_bootstrap_95", "weight"] == 1.0
    assert "no past origin" in str(standings.loc["pooled_bootstrap_95", "reason"])
    figures = ["forecast_value", "q50", "q99"]
    rows = table(resources, "forecasts").query("site_id == 'ALL'")
    served, member = (
        rows[rows["model"] == name][figures].reset_index(drop=True) for name in ("ensemble", "pooled_bootstrap_95")
    )
    pd.testing.assert_frame_equal(served, member)


def test_a_spike_after_an_origin_moves_neither_its_models_nor_their_choice(
    resources: dict[str, Any], portfolio: pd.DataFrame, tmp_path: Path
) -> None:
    """An origin computed again when more is known says what it said: later demand is not looked at anywhere."""
    say(resources, FIRST, FIRST)
    run_range(ensemble, resources, FIRST, FIRST)
    tables = ("forecasts", "summed_demand", "ensemble_standings")
    before = {name: table(resources, name) for name in tables}
    written_demand(tmp_path, portfolio.assign(y=portfolio["y"].where(portfolio["ds"] < np.datetime64(FIRST), 1e6)))
    say(resources, FIRST, FIRST)
    run_range(ensemble, resources, FIRST, FIRST)
    for name in tables:
        pd.testing.assert_frame_equal(table(resources, name), before[name])


def test_what_is_served_is_explained_and_added_up_by_family_and_shared_out_by_site(resources: dict[str, Any]) -> None:
    say(resources, FIRST, FIRST)
    for asset in (ensemble, explanations, family_forecasts):
        result = run_range(asset, resources, FIRST, FIRST)
    assert (
        metadata_of(result, dg.AssetKey(["lake", "family_forecasts"]), FIRST)["dagster/partition_row_count"] == 4 * 13
    )
    served = table(resources, "forecasts", "ensemble")
    pooled, at_sites = served[served["site_id"] == "ALL"], served[served["site_id"] != "ALL"]
    means = pooled.groupby("item_id")["forecast_value"].mean()

    explained = table(resources, "forecast_explanations").set_index("item_id")
    assert explained["expected_weekly_demand"].to_dict() == pytest.approx(means.to_dict())

    families = table(resources, "family_forecasts")
    assert families["forecast_value"].sum() == pytest.approx(pooled["forecast_value"].sum())
    assert families.groupby(["family", "unit"])["items"].first().sum() == pooled["item_id"].nunique()

    by_week = ["item_id", "forecast_date"]
    shared = at_sites.groupby(by_week)["forecast_value"].sum()
    assert set(at_sites["site_id"]) == {"DEPOT", "OTHER"}
    assert shared.to_numpy() == pytest.approx(pooled.set_index(by_week)["forecast_value"][shared.index].to_numpy())


def test_an_ensemble_before_its_models_says_what_to_materialize(resources: dict[str, Any]) -> None:
    with pytest.raises(LakeTableMissingError, match="materialize its asset first"):
        run_range(ensemble, resources, FIRST, FIRST)
    run_range(models, resources, FIRST - timedelta(weeks=4), FIRST - timedelta(weeks=4), CHEAP)
    with pytest.raises(ModelsMissingError, match=r"materialize lake/models for it first"):
        run_range(ensemble, resources, FIRST, FIRST)


def test_the_assets_name_their_upstream_tables_by_key() -> None:
    tables = {
        "analytics/features_demand_weekly",
        "analytics/demand_adjustments",
        "core/dim_item",
        "core/fact_demand_daily",
    }
    assert {key.to_user_string() for key in models.asset_deps[model_key("tsb")]} == tables
    said = {f"lake/models/{name}" for name in MODELS}
    served = {key.to_user_string() for key in ensemble.asset_deps[dg.AssetKey(["lake", "forecasts"])]}
    assert served == tables | said


def test_definitions_load_with_an_empty_environment_and_no_library_that_computes() -> None:
    code = (
        "import sys, nova_assets.forecasting.definitions as location; location.defs.get_repository_def();"
        "print(sorted({'pandas', 'scipy', 'statsforecast'} & set(sys.modules)))"
    )
    found = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], cwd=ROOT, env={"PATH": os.defpath}, capture_output=True, text=True
    )
    assert (found.stdout.strip(), found.returncode) == ("[]", 0), found.stderr
