"""The what-if grid of the demo ERP's items: what is expected of a day's plan, and what past plans would have done."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import dagster as dg
import psycopg
import pytest

from nova_assets.materialize import RefusedError, Stage, plan_stage
from nova_assets.partitions import WEEK, latest_origin
from nova_assets.planning.what_if.grid import TARGETS
from nova_assets.registry.planning_simulation import POLICY_SIMULATION
from nova_local.embedded import Services
from tests.conftest import migrated_copy
from tests.support.pipeline import Pipeline, Rows
from tests.support.plans import load_lead_time_demand

LAST = date(2025, 10, 31)
KEY = dg.AssetKey(["analytics", "policy_simulation"])
METHODS = {"service", "allocated", "classic"}


@pytest.fixture(scope="module")
def simulated(services: Services, loaded_erp: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    """A copy of the loaded ERP with forecasts every four weeks of a quarter, and the grid of its last day."""
    with migrated_copy(services, loaded_erp.database.name) as database, pytest.MonkeyPatch.context() as patch:
        pipeline = Pipeline(database, tmp_path_factory.mktemp("simulated"), patch)
        pipeline.read_from(loaded_erp.erp.url)
        for weeks in (12, 8, 4, 0):
            load_lead_time_demand(pipeline, latest_origin(LAST) - weeks * WEEK)
        pipeline.run(stage(LAST))
        yield pipeline
        patch.undo()
        pipeline.instance.dispose()


def stage(day: date) -> Stage:
    return Stage("what if", [POLICY_SIMULATION.relation], day, day)


def grid(pipeline: Pipeline, basis: str) -> Rows:
    return pipeline.rows(
        "SELECT * FROM analytics.policy_simulation WHERE date = %s AND basis = %s"
        " ORDER BY method, segment_kind, segment, target",
        LAST,
        basis,
    )


def test_the_planning_stage_makes_the_grid():
    assert POLICY_SIMULATION.relation in plan_stage(LAST).relations


def test_every_method_has_every_target_for_all_items_families_and_classes(simulated: Pipeline):
    for basis in ("expected", "simulated"):
        rows = grid(simulated, basis)
        whole = [row for row in rows if row["segment_kind"] == "all"]
        assert {(row["method"], row["target"]) for row in whole} == {(m, t) for m in METHODS for t in TARGETS}
        assert {row["segment"] for row in rows if row["segment_kind"] == "abc_class"} == {"A", "B", "C"}
        families = {row["segment"] for row in rows if row["segment_kind"] == "family"}
        assert len(families) > 3
        for row in whole:
            parts = [one for one in rows if one["segment_kind"] == "abc_class" and same_point(one, row)]
            assert sum(part["items"] for part in parts) == row["items"]
            assert sum(part["stock_brl"] for part in parts) == pytest.approx(row["stock_brl"])
            assert sum(part["orders_a_year"] for part in parts) == pytest.approx(row["orders_a_year"])


def same_point(one: dict, other: dict) -> bool:
    return (one["method"], one["target"]) == (other["method"], other["target"])


def test_more_service_costs_more_and_the_allocation_is_expected_to_fill_what_it_is_asked_for(simulated: Pipeline):
    for method in METHODS:
        curve = [row for row in grid(simulated, "expected") if row["method"] == method and row["segment"] == "ALL"]
        assert [row["stock_brl"] for row in curve] == sorted(row["stock_brl"] for row in curve)
        assert curve[0]["line_fill"] < curve[-1]["line_fill"]
    asked = [row for row in grid(simulated, "expected") if row["method"] == "allocated" and row["segment"] == "ALL"]
    reached = [row for row in asked if 0.9 <= row["target"] <= 0.98]
    assert [row["line_fill"] for row in reached] == pytest.approx([row["target"] for row in reached], abs=0.005)


def test_past_weeks_are_simulated_with_what_was_known_then(simulated: Pipeline):
    rows = grid(simulated, "simulated")
    assert {row["weeks"] for row in rows} == {12 - 4}
    whole = [row for row in rows if row["segment"] == "ALL"]
    planned = {row["items"] for row in grid(simulated, "expected") if row["segment"] == "ALL"}
    assert all(0 < row["items"] <= max(planned) for row in whole)
    assert all(0 < row["line_fill"] <= 1 and 0 < row["unit_fill"] <= 1 for row in whole)
    assert {row["weeks"] for row in grid(simulated, "expected")} == {None}


def test_a_day_without_its_forecast_is_refused(simulated: Pipeline):
    with pytest.raises(RefusedError, match=f"missing for {latest_origin(LAST) - WEEK}"):
        simulated.run(stage(LAST - WEEK))


def test_an_engineer_sees_stock_against_fill(simulated: Pipeline):
    event = simulated.instance.get_latest_materialization_event(KEY)
    assert event
    assert event.asset_materialization
    shown = event.asset_materialization.metadata
    assert "data:image/png;base64," in str(shown["stock_against_fill"].value)
    assert shown["weeks_simulated"].value == 8


def test_without_prices_and_without_past_forecasts_units_are_said_and_why_there_is_no_value(
    services: Services, simulated: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    with migrated_copy(services, simulated.database.name) as database:
        bare = Pipeline(database, tmp_path, monkeypatch)
        bare.read_from(simulated.erp.url)
        with psycopg.connect(database.admin_url) as connection:
            connection.execute("UPDATE core.dim_item_history SET unit_cost_brl = NULL")
            connection.execute("TRUNCATE core.fact_issues_daily, core.fact_inventory_daily")
            connection.execute("DELETE FROM analytics.lead_time_demand WHERE origin < %s", [latest_origin(LAST)])
        bare.run(stage(LAST))
        rows = bare.rows("SELECT * FROM analytics.policy_simulation WHERE date = %s", LAST)
        bare.instance.dispose()
    assert {row["basis"] for row in rows} == {"expected"}
    assert {(row["stock_brl"], row["reason"]) for row in rows} == {(None, "prices_not_in_source")}
    assert all(row["stock_units"] > 0 for row in rows if row["segment"] == "ALL")
