"""Accuracy by origin: the rows are what a reader would compute by hand, and come as the weeks end."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import numpy as np
import pandas as pd
import pytest

from nova_assets.forecasting.accuracy import ACCURACY_SCHEMA, Came
from nova_assets.forecasting.accuracy_assets import forecast_accuracy
from nova_assets.forecasting.ensemble_assets import ensemble
from nova_assets.forecasting.history import History
from nova_assets.registry.lake import FORECAST_ACCURACY
from tests.unit.forecasting.runs import CHEAP, metadata_of, resources_in, run_range, say, written_demand

FIRST, LAST = date(2025, 7, 7), date(2025, 7, 28)
END = date(2025, 9, 1)
KEY = ["origin", "model", "segment_kind", "segment", "weeks"]
ASSET = dg.AssetKey(["lake", "forecast_accuracy"])


def demand_of_forty_items() -> pd.DataFrame:
    """Forty weeks before END: half of the items move fast, half seldom."""
    random = np.random.default_rng(3)
    weeks = (np.datetime64(END) - np.timedelta64(7, "D") * np.arange(40, 0, -1)).astype("datetime64[ns]")
    frames = []
    for number in range(40):
        size = 1 + random.negative_binomial(2, 0.3, len(weeks))
        demand = random.binomial(1, 0.9 if number % 2 else 0.15, len(weeks)) * size
        demand[0] = 2
        frames.append(pd.DataFrame({"unique_id": f"{number:03d}", "ds": weeks, "y": demand.astype(float)}))
    return pd.concat(frames, ignore_index=True)


@pytest.fixture(scope="module")
def demand() -> pd.DataFrame:
    return demand_of_forty_items()


@pytest.fixture(scope="module")
def resources(tmp_path_factory: pytest.TempPathFactory, demand: pd.DataFrame) -> dict[str, Any]:
    """What four models said from four origins, and their ensemble; the classes of the last two origins alone."""
    folder = tmp_path_factory.mktemp("accuracy")
    resources = resources_in(folder, demand)
    items = sorted(demand["unique_id"].unique())
    segments = [
        {
            "origin": FIRST + timedelta(weeks=week),
            "item_id": item,
            "family": "CABLES" if number < 10 else "TOOLS",
            "demand_class": None if week < 2 else ("smooth" if number % 2 else "lumpy"),
        }
        for week in range(4)
        for number, item in enumerate(items)
    ]
    pd.DataFrame(segments).to_parquet(folder / "segments.parquet")
    say(resources, FIRST, LAST)
    run_range(ensemble, resources, FIRST, LAST)
    return resources


@pytest.fixture(scope="module")
def run(resources: dict[str, Any]) -> dg.ExecuteInProcessResult:
    return run_range(forecast_accuracy, resources, FIRST, LAST)


@pytest.fixture(scope="module")
def scored(run: dg.ExecuteInProcessResult, resources: dict[str, Any]) -> pd.DataFrame:
    assert run.success
    return rows_of(resources)


def rows_of(resources: dict[str, Any]) -> pd.DataFrame:
    rows = resources["lake"].read_range("forecast_accuracy", "origin", FIRST, LAST).to_pandas()
    return rows.sort_values(KEY, ignore_index=True)


def ended_by(day: date, rows: pd.DataFrame) -> pd.Series:
    """Whether all weeks of each row's window lie before a Monday."""
    return rows.apply(lambda row: row["origin"] + timedelta(weeks=row["weeks"]) <= day, axis=1)


def test_a_row_is_what_a_reader_would_compute_by_hand(
    scored: pd.DataFrame, resources: dict[str, Any], demand: pd.DataFrame
) -> None:
    pooled = {"site_id": ["ALL"]}
    said = resources["lake"].read_range("summed_demand", "origin", FIRST, FIRST, within=pooled).to_pandas()
    before = demand[demand["ds"] < np.datetime64(FIRST)].sort_values("ds").groupby("unique_id")["y"]
    came = demand[(demand["ds"] >= np.datetime64(FIRST)) & (demand["ds"] < np.datetime64("2025-08-04"))]
    actual, mean = came.groupby("unique_id")["y"].sum(), before.mean()
    scale = before.apply(lambda y: y.diff().abs().mean())

    def loss(model: str) -> tuple[pd.DataFrame, pd.Series]:
        rows = said[(said["model"] == model) & (said["weeks"] == 4)].set_index("item_id").sort_index()
        levels = {"q50": 0.5, "q80": 0.8, "q90": 0.9, "q95": 0.95, "q99": 0.99}
        by_level = [
            (actual - rows[name]).map(lambda error, level=level: max(level * error, (level - 1) * error)) / (4 * scale)
            for name, level in levels.items()
        ]
        return rows, pd.concat(by_level, axis=1).mean(axis=1)

    (rows, own), (_, benchmark) = loss("ensemble"), loss("present_formula")
    (found,) = scored.query(
        "origin == @FIRST and model == 'ensemble' and segment_kind == 'all' and weeks == 4"
    ).to_dict("records")
    assert (found["items"], found["items_compared"]) == (40, 40)
    assert found["pinball_mean"] == pytest.approx(own.mean())
    assert found["ratio_to_present_formula"] == pytest.approx(own.mean() / benchmark.mean())
    error = (rows["forecast_value"] - actual) / mean
    assert found["bias"] == pytest.approx(error.sum() / (actual / mean).sum())
    assert found["wape"] == pytest.approx(error.abs().sum() / (actual / mean).sum())
    # No actual equals a quantile of the average here, so that counting says the same as the transform.
    assert not (rows[["q90", "q95"]].sub(actual, axis=0) == 0).any().any()
    assert found["coverage_q95"] == pytest.approx((actual <= rows["q95"]).mean())
    assert sum(found["pit_histogram"]) == pytest.approx(40)
    assert found["model_version"] == rows["model_version"].iloc[0]


def test_only_windows_whose_weeks_have_all_ended_are_scored(scored: pd.DataFrame) -> None:
    windows = {origin: sorted(set(rows["weeks"])) for origin, rows in scored.groupby("origin")}
    assert windows[FIRST] == [1, 2, 4, 8]
    assert windows[LAST] == [1, 2, 4]


def test_models_the_ensemble_and_a_forecast_of_nothing_are_scored_in_every_segment(scored: pd.DataFrame) -> None:
    assert set(scored["model"]) == {*CHEAP, "ensemble", "zero"}
    latest = scored[(scored["origin"] == LAST) & (scored["model"] == "tsb") & (scored["weeks"] == 4)]
    items = latest.set_index(["segment_kind", "segment"])["items"].to_dict()
    assert items == {
        ("all", "all"): 40,
        ("demand_class", "smooth"): 20,
        ("demand_class", "lumpy"): 20,
        ("family", "CABLES"): 10,
        ("family", "TOOLS"): 30,
    }
    # What the warehouse does not say of an origin is not made up.
    assert "demand_class" not in set(scored[scored["origin"] == FIRST]["segment_kind"])


def test_the_present_formula_is_the_measure_and_nothing_is_never_too_much(scored: pd.DataFrame) -> None:
    benchmark, nothing = (scored[scored["model"] == name] for name in ("present_formula", "zero"))
    assert benchmark["ratio_to_present_formula"].to_numpy() == pytest.approx(1)
    assert nothing[["bias", "wape"]].to_numpy() == pytest.approx(np.array([[-1.0, 1.0]] * len(nothing)))
    assert nothing["model_version"].isna().all()


def test_accuracy_grows_as_weeks_end_and_what_had_ended_stays(
    resources: dict[str, Any], scored: pd.DataFrame, demand: pd.DataFrame, tmp_path: Path
) -> None:
    """Also of a spike that came later nothing reaches a window that had ended."""
    known = date(2025, 8, 4)
    spiked = demand.assign(y=demand["y"].where(demand["ds"] < np.datetime64(known), 1e6))
    folder = Path(resources["warehouse"].folder)
    try:
        for later in (demand[demand["ds"] < np.datetime64(known)], spiked):
            written_demand(folder, later)
            run_range(forecast_accuracy, resources, FIRST, LAST)
            again = rows_of(resources)
            ended = ended_by(known, again)
            before = scored[ended_by(known, scored)]
            pd.testing.assert_frame_equal(again[ended].reset_index(drop=True), before.reset_index(drop=True))
            assert ended.all() == (later is not spiked)
        assert again[~ended]["wape"].min() > 0.9
    finally:
        written_demand(folder, demand)
        run_range(forecast_accuracy, resources, FIRST, LAST)


def test_a_portfolio_in_parts_is_served_and_scored_as_the_whole_is(
    resources: dict[str, Any], scored: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = {"forecast_accuracy": scored, **served(resources)}
    monkeypatch.setattr("nova_assets.forecasting.serving.SERIES_AT_ONCE", 7)
    run_range(ensemble, resources, FIRST, LAST)
    run_range(forecast_accuracy, resources, FIRST, LAST)
    for name, rows in {"forecast_accuracy": rows_of(resources), **served(resources)}.items():
        pd.testing.assert_frame_equal(rows, whole[name], rtol=1e-9)


def served(resources: dict[str, Any]) -> dict[str, pd.DataFrame]:
    """What the ensemble wrote, without what differs from run to run."""
    tables = {
        name: resources["lake"].read_range(name, "origin", FIRST, LAST, within=within).to_pandas()
        for name, within in {
            "forecasts": {"model": ["ensemble"]},
            "summed_demand": {"model": ["ensemble"]},
            "ensemble_standings": None,
        }.items()
    }
    return {
        name: rows.drop(columns=["run_seconds", "generated_at"], errors="ignore").sort_values(
            [key for key in ("origin", "model", "item_id", "site_id", "forecast_date", "weeks") if key in rows],
            ignore_index=True,
        )
        for name, rows in tables.items()
    }


def test_the_latest_partition_alone_shows_the_plots(run: dg.ExecuteInProcessResult) -> None:
    shown = metadata_of(run, ASSET, LAST)
    for name, images in {"examples": 3, "calibration": 1, "loss_by_model": 1}.items():
        text = shown[name]
        assert len(re.findall(r"!\[[^]]+\]\(data:image/png;base64,iVBOR", text)) == images
        assert len(text) < 150_000
    earlier = metadata_of(run, ASSET, FIRST)
    assert earlier.keys().isdisjoint({"examples", "calibration", "loss_by_model"})
    assert earlier["windows_ended"] == [1, 2, 4, 8]


def test_what_came_is_known_as_far_as_its_weeks_have_ended(demand: pd.DataFrame) -> None:
    assert Came.after(date(2025, 8, 25), demand).windows == (1,)
    assert Came.after(END, demand).windows == ()
    came = Came.after(date(2025, 2, 3), demand)
    assert came.windows == (1, 2, 4, 8, 13, 26)
    assert came.sums[:, 2] == pytest.approx(came.weekly[:, :4].sum(axis=1))
    assert isinstance(came.history, History)


def test_the_rows_have_the_columns_that_the_registry_says() -> None:
    arrow = {
        "text": "string",
        "date": "date32[day]",
        "integer": "int32",
        "bigint": "int64",
        "double precision": "double",
        "double precision[]": "list<item: double>",
    }
    wanted = {column.name: arrow[column.type] for column in FORECAST_ACCURACY.columns}
    assert {field.name: str(field.type) for field in ACCURACY_SCHEMA} == wanted
