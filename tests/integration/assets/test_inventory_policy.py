"""The policies of the demo ERP's items, by every method, from what was known at the end of a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from math import sqrt

import dagster as dg
import psycopg
import pytest

from nova_assets.materialize import RefusedError, Stage, plan_stage
from nova_assets.partitions import DAY, WEEK, latest_origin
from nova_assets.registry.planning import INVENTORY_POLICY
from nova_local.embedded import Services
from tests.conftest import migrated_copy
from tests.support.pipeline import Pipeline, Rows
from tests.support.plans import LEAD_TIME_DAYS, REVIEW_DAYS, load_lead_time_demand

LAST = date(2025, 10, 31)
EARLIER = LAST - 2 * WEEK
KEY = dg.AssetKey(["analytics", "inventory_policy"])


@pytest.fixture(scope="module")
def planned(services: Services, loaded_erp: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    """A copy of the loaded ERP with the plans of its last day and of a day before: for tests that only read them."""
    with migrated_copy(services, loaded_erp.database.name) as database, pytest.MonkeyPatch.context() as patch:
        pipeline = Pipeline(database, tmp_path_factory.mktemp("planned"), patch)
        pipeline.read_from(loaded_erp.erp.url)
        for day in (EARLIER, LAST):
            load_lead_time_demand(pipeline, latest_origin(day))
            pipeline.run(policy_stage(day))
        patch.undo()
        yield pipeline
        pipeline.instance.dispose()


@pytest.fixture
def changeable(
    services: Services, planned: Pipeline, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Pipeline]:
    """A copy of it for a test that changes something."""
    with migrated_copy(services, planned.database.name) as database:
        pipeline = Pipeline(database, tmp_path_factory.mktemp("changeable"), monkeypatch)
        pipeline.read_from(planned.erp.url)
        yield pipeline
        pipeline.instance.dispose()


def policy_stage(first: date, last: date | None = None) -> Stage:
    return Stage("policy", [INVENTORY_POLICY.relation], first, last or first)


def execute(pipeline: Pipeline, statement: str, *parameters: object) -> None:
    with psycopg.connect(pipeline.database.admin_url) as connection:
        connection.execute(statement.encode(), parameters)


def of_all_sites(pipeline: Pipeline, method: str, day: date = LAST) -> Rows:
    return pipeline.rows(
        "SELECT policy.*, demand.quantiles, demand.expected_demand AS forecast, profile.mean_weekly_demand AS weekly"
        " FROM analytics.inventory_policy AS policy"
        " INNER JOIN analytics.lead_time_demand AS demand USING (origin, item_id, site_id)"
        " INNER JOIN analytics.features_demand_profile AS profile USING (origin, item_id)"
        " WHERE date = %s AND site_id = 'ALL' AND method = %s ORDER BY item_id",
        day,
        method,
    )


def test_the_planning_stage_makes_the_policies():
    assert INVENTORY_POLICY.relation in plan_stage(LAST).relations


def test_every_item_has_a_policy_by_each_method_and_is_planned_by_one(planned: Pipeline):
    counted = planned.rows(
        "SELECT item_id, array_agg(method ORDER BY method) AS methods, count(*) FILTER (WHERE served) AS served"
        " FROM analytics.inventory_policy WHERE date = %s AND site_id = 'ALL' GROUP BY item_id",
        LAST,
    )
    assert len(counted) > 100
    assert {tuple(row["methods"]) for row in counted} == {("allocated", "classic", "service")}
    assert {row["served"] for row in counted} == {1}


def test_materials_that_are_used_are_planned_and_no_others(planned: Pipeline):
    planned_items = {row["item_id"] for row in of_all_sites(planned, "service")}
    active = planned.rows(
        "SELECT item_id FROM core.dim_item WHERE active AND NOT is_service"
        " AND item_id IN (SELECT item_id FROM analytics.lead_time_demand WHERE origin = %s)",
        latest_origin(LAST),
    )
    assert planned_items == {row["item_id"] for row in active}


def test_the_reorder_point_is_the_quantile_at_the_target_of_criticality_and_class(planned: Pipeline):
    targets = {"H": (0.99, 0.98, 0.97), "L": (0.95, 0.92, 0.90)}
    for row in of_all_sites(planned, "service"):
        target = targets.get(row["criticality"], (0.97, 0.95, 0.93))["ABC".index(row["abc_class"])]
        assert row["target_service"] == target
        assert row["reorder_point"] == pytest.approx(row["quantiles"][round(target * 100) - 1])
        assert row["expected_demand"] == row["forecast"]


def test_the_classic_formula_goes_by_the_past_weeks_over_the_same_days(planned: Pipeline):
    rows = of_all_sites(planned, "classic")
    for row in rows:
        assert row["expected_demand"] == pytest.approx(row["weekly"] * (LEAD_TIME_DAYS + REVIEW_DAYS) / 7)
        assert row["safety_stock"] >= 0
    assert any(row["safety_stock"] > 0 for row in rows)


def test_lots_are_economic_and_what_the_supplier_sells(planned: Pipeline):
    for row in of_all_sites(planned, "service"):
        annual = row["forecast"] / (LEAD_TIME_DAYS + REVIEW_DAYS) * 365
        assert row["eoq"] == pytest.approx(sqrt(2 * annual * 50 / (float(row["unit_cost_brl"]) * 0.25)))
        least, pack = float(row["min_order_qty"] or 0), float(row["order_multiple"] or 1)
        packs = row["order_quantity"] / pack
        assert packs == pytest.approx(round(packs))
        wanted = max(least, min(row["eoq"], annual))
        assert wanted - 1e-6 <= row["order_quantity"] < wanted + pack


def test_the_allocation_asks_more_of_what_is_cheap_and_critical(planned: Pipeline):
    rows = of_all_sites(planned, "allocated")
    assert all(row["served"] and row["reason"] is None for row in rows)
    by_weight = sorted(rows, key=lambda row: row["weight"])
    levels = [row["target_service"] for row in by_weight]
    assert levels == sorted(levels, reverse=True)
    assert levels[0] > levels[-1]


def test_places_share_an_item_as_it_left_them_in_the_last_52_weeks(planned: Pipeline):
    issued = planned.rows(
        "SELECT item_id, site_id, (sum(quantity) / sum(sum(quantity)) OVER (PARTITION BY item_id))::float8 AS share"
        " FROM core.fact_issues_daily WHERE date > %s AND date <= %s GROUP BY item_id, site_id",
        LAST - timedelta(days=364),
        LAST,
    )
    shares = {(row["item_id"], row["site_id"]): row["share"] for row in issued}
    whole = {row["item_id"]: row for row in of_all_sites(planned, "allocated")}
    places = planned.rows("SELECT * FROM analytics.inventory_policy WHERE date = %s AND site_id <> 'ALL'", LAST)
    assert {key for key in shares if key[0] in whole} <= {(row["item_id"], row["site_id"]) for row in places}
    for row in places:
        item, share = whole[row["item_id"]], shares.get((row["item_id"], row["site_id"]), 0.0)
        assert row["served"]
        assert row["expected_demand"] == pytest.approx(share * item["expected_demand"])
        assert row["reorder_point"] >= share * item["reorder_point"] - 1e-9 or item["safety_stock"] < 0
        assert row["reason"] == "bought_for_all_sites"
        assert (row["eoq"], row["min_order_qty"], row["order_multiple"]) == (None, None, None)


def test_what_came_later_is_not_known(changeable: Pipeline):
    before = changeable.one("SELECT version FROM support.dataset_versions WHERE dataset = 'analytics.inventory_policy'")
    later = EARLIER + DAY
    execute(
        changeable,
        "UPDATE core.fact_issues_daily SET quantity = quantity * 50 WHERE date >= %s AND site_id = 'REG001'",
        later,
    )
    execute(changeable, "UPDATE core.fact_inventory_daily SET on_hand = 1 WHERE date >= %s", later)
    execute(changeable, "DELETE FROM core.fact_purchase_lines WHERE requested_on >= %s", later)
    execute(
        changeable,
        "WITH ended AS (UPDATE core.dim_item_history SET valid_to = %s, ended_by = 'change' WHERE valid_to IS NULL"
        " RETURNING item_id, lead_time_days, min_order_qty, order_multiple)"
        " INSERT INTO core.dim_item_history (item_id, valid_from, unit_cost_brl, lead_time_days, min_order_qty,"
        " order_multiple) SELECT item_id, %s, 9999, lead_time_days, min_order_qty, order_multiple FROM ended",
        later,
        later,
    )
    changeable.run(policy_stage(EARLIER))
    after = changeable.one("SELECT version FROM support.dataset_versions WHERE dataset = 'analytics.inventory_policy'")
    assert after == before


def test_a_source_without_prices_and_stock_is_planned_by_targets_and_says_so(changeable: Pipeline):
    """As after a change to the workbook: the history of an ERP's register stays, and is none of the workbook's."""
    unknown = '{"not_in_source": ["criticality", "unit_cost_brl", "lead_time_days", "min_order_qty", "order_multiple"]}'
    execute(changeable, "UPDATE core.dim_item SET unit_cost_brl = NULL, criticality = NULL, attributes = %s", unknown)
    execute(changeable, "TRUNCATE core.fact_issues_daily, core.fact_inventory_daily")
    changeable.run(policy_stage(LAST))
    rows = changeable.rows("SELECT * FROM analytics.inventory_policy WHERE date = %s", LAST)
    assert {row["site_id"] for row in rows} == {"ALL"}
    assert {row["method"] for row in rows if row["served"]} == {"service"}
    assert {row["reason"] for row in rows} == {"prices_not_in_source"}
    for column in ("unit_cost_brl", "eoq", "weight", "min_order_qty", "order_multiple", "criticality"):
        assert {row[column] for row in rows} == {None}
    assert all(row["order_quantity"] > 0 for row in rows if row["expected_demand"] > 0)


def test_an_item_without_a_price_among_others_is_planned_by_its_target(changeable: Pipeline):
    item = of_all_sites(changeable, "service")[0]["item_id"]
    execute(changeable, "UPDATE core.dim_item_history SET unit_cost_brl = 0 WHERE item_id = %s", item)
    changeable.run(policy_stage(LAST))
    served = {
        row["item_id"]: row
        for method in ("service", "allocated")
        for row in of_all_sites(changeable, method)
        if row["served"]
    }
    assert (served[item]["method"], served[item]["reason"]) == ("service", "item_without_price")
    assert {row["method"] for code, row in served.items() if code != item} == {"allocated"}


def test_what_the_register_blocks_is_not_planned_and_a_day_without_items_is_empty(changeable: Pipeline):
    planned_before = {row["item_id"] for row in of_all_sites(changeable, "service")}
    kept = min(planned_before)
    execute(
        changeable,
        """UPDATE core.dim_item SET attributes = attributes || '{"blocked": true}' WHERE item_id <> %s""",
        kept,
    )
    changeable.run(policy_stage(LAST))
    assert {row["item_id"] for row in of_all_sites(changeable, "service")} == {kept}
    execute(changeable, """UPDATE core.dim_item SET attributes = attributes || '{"blocked": true}'""")
    changeable.run(policy_stage(LAST))
    assert of_all_sites(changeable, "service") == []


def test_days_whose_forecasts_are_missing_are_refused_and_the_former_plan_stays(changeable: Pipeline):
    before = changeable.one("SELECT count(*) FROM analytics.inventory_policy")
    with pytest.raises(RefusedError, match=f"missing for {latest_origin(LAST - WEEK)}"):
        changeable.run(policy_stage(LAST - WEEK, LAST))
    assert changeable.one("SELECT count(*) FROM analytics.inventory_policy") == before


def test_several_days_are_planned_in_one_run_each_by_the_forecast_that_was_there(changeable: Pipeline):
    first = latest_origin(LAST) - DAY
    changeable.run(policy_stage(first, LAST))
    origins = changeable.rows(
        "SELECT date, array_agg(DISTINCT origin) AS origins FROM analytics.inventory_policy WHERE date >= %s"
        " GROUP BY date",
        first,
    )
    assert {row["date"]: row["origins"] for row in origins} == {
        first + number * DAY: [latest_origin(LAST)] for number in range((LAST - first).days + 1)
    }


def test_an_engineer_sees_the_multiplier_what_each_method_costs_and_the_curves(planned: Pipeline):
    event = planned.instance.get_latest_materialization_event(KEY)
    assert event
    assert event.asset_materialization
    shown = event.asset_materialization.metadata
    assert float(str(shown["multiplier"].value)) > 0
    assert float(str(shown["line_fill"].value)) == pytest.approx(0.95, abs=0.01)
    assert all(f"| {method} |" in str(shown["by_method"].value) for method in ("service", "allocated", "classic"))
    assert "data:image/png;base64," in str(shown["stock_against_fill"].value)
