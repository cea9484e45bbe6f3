"""Projections and proposals on the loaded demo ERP: what they agree with, and what planners' decisions make of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import dagster as dg
import httpx
import psycopg
import pytest

from nova_api.asgi import create_app
from nova_api.auth.permissions import Role
from nova_api.settings import Settings
from nova_assets import registry
from nova_assets.materialize import RefusedError, Stage, outcomes_stage
from nova_assets.operations.projection_retention import projection_retention
from nova_assets.partitions import DAY, WEEK, latest_origin
from nova_assets.planning.former import forget_plans
from nova_assets.registry.recommendations import RECOMMENDATION_OUTCOMES, RECOMMENDATIONS, STOCK_PROJECTION
from nova_assets.sqlfiles import check_sql
from nova_local.embedded import Services
from tests.support import callers
from tests.support.pipeline import Pipeline, Rows, copy_of
from tests.support.plans import load_forecasts

LAST = date(2025, 10, 31)
PAST = date(2025, 9, 5)
"""Eight weeks before the last day: what came of its proposals is known."""

VERSIONS = "SELECT dataset, version FROM support.dataset_versions WHERE dataset LIKE 'analytics.%%' ORDER BY 1"
VERSION = "SELECT coalesce(max(version), 0) FROM support.dataset_versions WHERE dataset = %s"
PLAN = [table.relation for table in registry.PLANNING]


@pytest.fixture(scope="module")
def planned(services: Services, loaded_erp: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    """A copy of the loaded ERP with the plans of two days: for tests that only read them."""
    folder = tmp_path_factory.mktemp("recommended")
    with pytest.MonkeyPatch.context() as patch, copy_of(loaded_erp, services, folder, patch) as pipeline:
        for day in (PAST, LAST):
            load_forecasts(pipeline, latest_origin(day))
            plan(pipeline, day)
        patch.undo()
        yield pipeline


@pytest.fixture
def changeable(
    services: Services, planned: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Pipeline]:
    """A copy of it for a test that changes something."""
    with copy_of(planned, services, tmp_path, monkeypatch) as pipeline:
        yield pipeline


def plan(pipeline: Pipeline, first: date, last: date | None = None) -> None:
    pipeline.run(Stage("plan", PLAN, first, last or first))


def propose(pipeline: Pipeline, first: date, last: date | None = None) -> None:
    pipeline.run(Stage("proposals", [RECOMMENDATIONS.relation], first, last or first))


def execute(pipeline: Pipeline, statement: str, *parameters: object) -> None:
    with psycopg.connect(pipeline.database.admin_url) as connection:
        connection.execute(statement.encode(), parameters)


def projected(pipeline: Pipeline, item: str, day: date = LAST) -> dict[str, Any]:
    [row] = pipeline.rows(
        "SELECT * FROM analytics.stock_projection WHERE date = %s AND item_id = %s AND site_id = 'ALL'", day, item
    )
    return row


def proposed(pipeline: Pipeline, item: str, day: date = LAST) -> dict[str, Any]:
    [row] = pipeline.rows("SELECT * FROM analytics.recommendations WHERE date = %s AND item_id = %s", day, item)
    return row


def of_action(pipeline: Pipeline, action: str, day: date = LAST) -> Rows:
    return pipeline.rows(
        "SELECT * FROM analytics.recommendations WHERE date = %s AND action = %s ORDER BY item_id", day, action
    )


@pytest.mark.parametrize("day", [PAST, LAST])
def test_stock_and_what_is_on_order_agree_with_the_ledger_of_the_day(planned: Pipeline, day: date):
    rows = planned.rows(
        "SELECT item_id, site_id, on_hand, on_order FROM analytics.stock_projection"
        " WHERE date = %s AND site_id <> 'ALL' ORDER BY 1, 2",
        day,
    )
    ledger = planned.rows(
        "SELECT item_id, site_id, on_hand, on_order FROM core.fact_inventory_daily"
        " INNER JOIN core.dim_item USING (item_id) WHERE date = %s AND NOT is_service ORDER BY 1, 2",
        day,
    )
    assert rows == ledger
    assert sum(row["on_order"] for row in ledger) > 0


def test_days_go_from_the_stock_of_the_day_through_arrivals_and_median_demand(planned: Pipeline):
    rows = planned.rows(
        "SELECT * FROM analytics.stock_projection WHERE date = %s AND site_id = 'ALL' AND reason IS NULL", LAST
    )
    assert len(rows) > 100
    for row in rows:
        assert len(row["stock_q50"]) == row["horizon_days"] == 91
        assert all(
            low <= middle <= high for low, middle, high in zip(*(row[f"stock_q{q}"] for q in (10, 50, 90)), strict=True)
        )
        assert row["stock_q90"][0] <= float(row["on_hand"]) + row["arrivals"][0] + 0.01
        out = row["stockout_on_q50"]
        if out and out <= LAST + 91 * DAY:
            assert row["stock_q50"][(out - LAST).days - 1] < 0.001
            assert row["stockout_on_q90"] <= out
    arriving = [row for row in rows if row["next_arrival_on"]]
    assert arriving
    for row in arriving:
        assert row["arrivals"][(row["next_arrival_on"] - LAST).days - 1] > 0


def test_places_share_what_their_item_is_expected_to_need(planned: Pipeline):
    shares = planned.rows(
        "SELECT item_id, sum(demand_share) AS share FROM analytics.stock_projection"
        " WHERE date = %s AND site_id <> 'ALL' AND demand_share IS NOT NULL GROUP BY 1",
        LAST,
    )
    assert len(shares) > 100
    assert all(row["share"] == pytest.approx(1.0) for row in shares)


def test_supply_that_was_promised_before_the_day_is_shown_and_covers_nothing(changeable: Pipeline):
    [line] = changeable.rows(
        "SELECT order_id, line_no, item_id FROM core.fact_purchase_lines AS lines"
        " INNER JOIN core.dim_item AS items USING (item_id)"
        " WHERE promised_on > %s AND promised_on < %s AND received_on IS NULL AND NOT rest_cancelled"
        " AND NOT is_service AND item_id IN (SELECT item_id FROM analytics.lead_time_demand) ORDER BY 1, 2 LIMIT 1",
        LAST,
        LAST + 60 * DAY,
    )
    before = projected(changeable, line["item_id"])
    execute(
        changeable,
        "UPDATE core.fact_purchase_lines SET promised_on = %s, ordered_on = least(ordered_on, %s)"
        " WHERE order_id = %s AND line_no = %s",
        LAST - DAY,
        LAST - 2 * DAY,
        line["order_id"],
        line["line_no"],
    )
    plan(changeable, LAST)
    after = projected(changeable, line["item_id"])
    quantity = after["late_on_order"] - before["late_on_order"]
    assert quantity > 0
    assert after["on_order"] == before["on_order"]
    assert after["position"] == before["position"] - quantity
    assert sum(before["arrivals"]) - sum(after["arrivals"]) == pytest.approx(float(quantity))
    assert after["stockout_probability"] >= before["stockout_probability"]


def test_every_item_has_one_proposal_with_a_reason_and_an_explanation_that_adds_up(planned: Pipeline):
    items = planned.one("SELECT count(*) FROM core.dim_item")
    rows = planned.rows("SELECT * FROM analytics.recommendations WHERE date = %s", LAST)
    assert len(rows) == len({row["item_id"] for row in rows}) == items
    assert {"order", "transfer", "none"} <= {row["action"] for row in rows}
    for row in rows:
        assert row["reason"]
        assert sum(Decimal(str(line["value"])) for line in row["explanation"]) == row["quantity"]
    for row in of_action(planned, "order"):
        assert row["cost_brl"] > 0
        assert row["supplier_id"] is None
        assert row["planned_quantity"] == row["quantity"] > 0
        assert row["order_by"] is None or row["order_by"] < LAST + 182 * DAY
    for row in of_action(planned, "transfer"):
        assert row["from_site_id"] != row["to_site_id"]
        assert row["from_site_id"]
        assert row["to_site_id"]


@pytest.mark.parametrize(
    ("rule", "broken"),
    [
        ("explanations_add_up_to_the_quantity", "UPDATE analytics.recommendations SET quantity = quantity + 0.0001"),
        ("every_item_has_one_proposal", "DELETE FROM analytics.recommendations"),
        ("orders_come_in_lots", "UPDATE analytics.recommendations SET quantity = 0.0003"),
        ("position_adds_up", "UPDATE analytics.stock_projection SET position = position + 1"),
        ("places_hold_all_stock", "UPDATE analytics.stock_projection SET on_hand = on_hand + 1"),
    ],
)
def test_a_rule_finds_the_row_that_breaks_it(planned: Pipeline, rule: str, broken: str):
    window = {"first": LAST, "last": LAST}
    item = of_action(planned, "order")[0]["item_id"]
    with psycopg.connect(planned.database.admin_url) as connection:
        assert connection.execute(check_sql(rule).encode(), window).fetchall() == []
        place = " AND site_id = 'ALL'" if "stock_projection" in broken else ""
        connection.execute(f"{broken} WHERE date = %s AND item_id = %s{place}".encode(), [LAST, item])
        assert len(connection.execute(check_sql(rule).encode(), window).fetchall()) == 1
        connection.rollback()


def test_planning_a_day_again_changes_nothing(changeable: Pipeline):
    before = changeable.rows(VERSIONS)
    plan(changeable, LAST)
    assert changeable.rows(VERSIONS) == before


def test_a_day_without_movements_is_planned_from_the_stock_before_it(changeable: Pipeline):
    plan(changeable, LAST + DAY)
    item = of_action(changeable, "order")[0]["item_id"]
    assert projected(changeable, item, LAST + DAY)["on_hand"] == projected(changeable, item)["on_hand"]
    # The action was the same on the day before: the proposal goes on.
    assert proposed(changeable, item, LAST + DAY)["proposed_since"] == LAST


def test_days_without_a_forecast_are_refused_and_what_was_planned_stays(changeable: Pipeline):
    before = changeable.rows(VERSIONS)
    for relation in (STOCK_PROJECTION.relation, RECOMMENDATIONS.relation):
        with pytest.raises(RefusedError, match="Nothing was planned"):
            changeable.run(Stage("plan", [relation], LAST - 5 * WEEK, LAST))
    assert changeable.rows(VERSIONS) == before


class Planner:
    """Somebody who decides, in the role of the API."""

    def __init__(self, pipeline: Pipeline, services: Services) -> None:
        self.url = services.role_url("nova_api_rw", pipeline.database.name)

    def decide(self, item: str, kind: str, **more: object) -> None:
        columns = {"item_id": item, "plan_date": LAST, "kind": kind, "decided_by": "planner", **more}
        names, places = ", ".join(columns), ", ".join(["%s"] * len(columns))
        self.execute(f"INSERT INTO support.planner_decisions ({names}) VALUES ({places})", *columns.values())

    def execute(self, statement: str, *parameters: object) -> None:
        with psycopg.connect(self.url) as connection:
            connection.execute(statement.encode(), parameters)


def test_decisions_survive_regeneration_until_they_expire_or_are_taken_back(changeable: Pipeline, services: Services):
    planner = Planner(changeable, services)
    orders = [row["item_id"] for row in of_action(changeable, "order") if not row["critical"]]
    overridden, snoozed, seen, withdrawn = orders[:4]
    until = LAST + DAY
    planner.decide(overridden, "override", action="order", quantity=7, reason="a project ends", expires_on=until)
    planner.decide(snoozed, "snooze", expires_on=until)
    planner.decide(seen, "acknowledge")
    planner.decide(withdrawn, "snooze", expires_on=until)
    planner.execute("UPDATE support.planner_decisions SET withdrawn_at = now() WHERE item_id = %s", withdrawn)
    computed = {item: proposed(changeable, item)["quantity"] for item in orders[:4]}

    plan(changeable, LAST, until)
    row = proposed(changeable, overridden)
    assert (row["decision"], row["planned_action"], row["planned_quantity"]) == ("overridden", "order", 7)
    assert (row["quantity"], row["decided_until"]) == (computed[overridden], until)
    row = proposed(changeable, snoozed)
    assert (row["decision"], row["planned_action"], row["planned_quantity"]) == ("snoozed", "none", 0)
    assert proposed(changeable, seen)["decision"] == "acknowledged"
    assert proposed(changeable, withdrawn)["decision"] == "open"
    for item in (overridden, snoozed):
        row = proposed(changeable, item, until)
        assert (row["decision"], row["decision_id"], row["planned_quantity"]) == ("open", None, row["quantity"])
    row = proposed(changeable, seen, until)
    assert (row["decision"], row["proposed_since"], row["planned_quantity"]) == ("acknowledged", LAST, row["quantity"])


AS_OF_NOW = """
SELECT count(*) AS compared, count(*) FILTER (
    WHERE (made.decision, made.decision_id, made.decided_until, made.planned_action, made.planned_quantity)
    IS DISTINCT FROM (held.decision, held.decision_id, held.decided_until, held.planned_action, held.planned_quantity)
) AS differing
FROM analytics.recommendations AS made INNER JOIN support.decided_recommendations AS held USING (date, item_id)
WHERE date = %s
"""


def differing(pipeline: Pipeline, day: date) -> int:
    """Proposals of a plan of which the view of decisions says something else than the plan."""
    [row] = pipeline.rows(AS_OF_NOW, day)
    assert row["compared"] == pipeline.one("SELECT count(*) FROM core.dim_item")
    return row["differing"]


def test_what_holds_as_of_now_is_what_a_plan_made_now_says(changeable: Pipeline, services: Services):
    planner = Planner(changeable, services)
    orders = [row["item_id"] for row in of_action(changeable, "order") if not row["critical"]]
    critical = [row["item_id"] for row in of_action(changeable, "order") if row["critical"]]
    planner.decide(orders[0], "override", action="order", quantity=7, reason="why", expires_on=LAST + DAY)
    planner.decide(orders[1], "snooze", expires_on=LAST + 9 * DAY)
    planner.decide(orders[2], "acknowledge")
    planner.decide(orders[3], "snooze", expires_on=LAST + 9 * DAY)
    planner.decide(orders[3], "acknowledge")
    planner.decide(critical[0], "snooze", expires_on=LAST + 9 * DAY)
    planner.decide(orders[4], "snooze", expires_on=LAST + 9 * DAY)
    planner.execute("UPDATE support.planner_decisions SET withdrawn_at = now() WHERE item_id = %s", orders[4])
    assert differing(changeable, LAST) == 5, "the plan was made before"
    plan(changeable, LAST, LAST + DAY)
    assert differing(changeable, LAST) == differing(changeable, LAST + DAY) == 0


def test_a_decision_made_through_the_api_survives_regeneration(changeable: Pipeline, services: Services):
    with psycopg.connect(changeable.database.admin_url) as connection:
        callers.make_accounts(connection)
    name = changeable.database.name
    settings = Settings(
        database_url=changeable.database.api_url,
        write_database_url=services.role_url("nova_api_rw", name),
        token_keys=callers.KEYS,
    )
    item = of_action(changeable, "order")[0]["item_id"]
    address = f"/api/v1/recommendations/{item}/decisions"
    asked = {"kind": "override", "action": "order", "quantity": 7, "reason": "why", "expires_on": str(LAST + 9 * DAY)}

    async def decide() -> httpx.Response:
        edge = create_app(settings)
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(edge), base_url="http://api.test", headers=callers.bearer(Role.ANALYST)
        )
        async with edge.app.app.lifespan(), client:  # pyright: ignore[reportFunctionMemberAccess]
            seen = await client.get(address)
            headers = {"If-Match": seen.headers["etag"], "Idempotency-Key": "a-key-of-this-test"}
            return await client.post(address, json=asked, headers=headers)

    made = asyncio.run(decide())
    assert made.status_code == 201, made.text
    plan(changeable, LAST, LAST + DAY)
    for day in (LAST, LAST + DAY):
        row = proposed(changeable, item, day)
        assert (row["decision"], row["planned_quantity"]) == ("overridden", 7)
        assert row["decision_id"] == made.json()["decision_id"]


def test_a_snoozed_item_that_becomes_critical_wakes(changeable: Pipeline, services: Services):
    item = next(row["item_id"] for row in of_action(changeable, "order") if not row["critical"])
    Planner(changeable, services).decide(item, "snooze", expires_on=LAST + 30 * DAY)
    execute(
        changeable,
        "UPDATE core.fact_inventory_daily SET on_hand = 0, on_order = 0 WHERE item_id = %s AND date = %s",
        item,
        LAST,
    )
    execute(changeable, "DELETE FROM core.fact_purchase_lines WHERE item_id = %s", item)
    plan(changeable, LAST + DAY)
    row = proposed(changeable, item, LAST + DAY)
    assert row["critical"]
    assert (row["decision"], row["planned_quantity"]) == ("open", row["quantity"])
    assert {"out_of_stock", "snooze_ended_critical"} <= set(row["codes"])


@pytest.mark.parametrize(
    "decision",
    [
        {"kind": "override", "action": "order", "quantity": 1, "expires_on": LAST + DAY},
        {"kind": "override", "action": "order", "reason": "why", "expires_on": LAST + DAY},
        {"kind": "override", "action": "order", "quantity": 1, "reason": "why"},
        {"kind": "snooze"},
        {"kind": "snooze", "expires_on": LAST},
        {"kind": "acknowledge", "quantity": 1},
    ],
    ids=[
        "no reason",
        "no quantity",
        "no end",
        "no end of a snooze",
        "ends before it begins",
        "quantity of no override",
    ],
)
def test_decisions_that_say_too_little_are_refused(planned: Pipeline, services: Services, decision: dict[str, object]):
    with pytest.raises(psycopg.errors.CheckViolation):
        Planner(planned, services).decide("0100001", **decision)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM support.planner_decisions",
        "UPDATE support.planner_decisions SET quantity = 1",
        "INSERT INTO support.planner_decisions (item_id, plan_date, kind, decided_by, decided_at)"
        " VALUES ('1', '2025-10-31', 'acknowledge', 'planner', '2020-01-01')",
    ],
)
def test_who_decides_can_neither_change_nor_delete_nor_date_back_a_decision(
    planned: Pipeline, services: Services, statement: str
):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        Planner(planned, services).execute(statement)


def test_without_stock_in_the_source_the_levels_are_told_and_no_quantity(changeable: Pipeline):
    execute(changeable, "TRUNCATE core.fact_inventory_daily")
    execute(changeable, "UPDATE core.dim_item_history SET unit_cost_brl = NULL")
    plan(changeable, LAST)
    reasons = changeable.rows(
        "SELECT action, reason, count(*), count(quantity) AS quantities, max(cost_brl) AS cost FROM"
        " analytics.recommendations WHERE date = %s AND reason = 'stock_not_in_source' GROUP BY 1, 2",
        LAST,
    )
    assert [(row["action"], row["quantities"], row["cost"]) for row in reasons] == [("none", 0, None)]
    assert reasons[0]["count"] > 100
    item = changeable.one("SELECT min(item_id) FROM analytics.recommendations WHERE reason = 'stock_not_in_source'")
    target = changeable.one(
        "SELECT order_up_to FROM analytics.inventory_policy WHERE item_id = %s AND date = %s AND served"
        " AND site_id = 'ALL'",
        item,
        LAST,
    )
    lines = proposed(changeable, item)["explanation"]
    assert float(sum(Decimal(str(line["value"])) for line in lines)) == pytest.approx(target, abs=1e-3)
    row = projected(changeable, item)
    assert (row["reason"], row["position"], row["stock_q50"]) == ("stock_not_in_source", None, None)


def test_what_came_of_a_proposal_is_what_was_ordered_and_how_long_there_was_nothing(changeable: Pipeline):
    changeable.run(outcomes_stage(LAST))
    rows = changeable.rows("SELECT * FROM analytics.recommendation_outcomes WHERE date = %s AND action = 'order'", PAST)
    orders = of_action(changeable, "order", PAST)
    assert {row["item_id"] for row in rows} == {row["item_id"] for row in orders} != set()
    placed = changeable.rows(
        "SELECT item_id, sum(ordered_qty) AS quantity FROM core.fact_purchase_lines"
        " WHERE ordered_on > %s AND ordered_on <= %s GROUP BY 1",
        PAST,
        PAST + 14 * DAY,
    )
    stock = changeable.rows(
        "SELECT item_id, date, sum(on_hand) AS on_hand FROM core.fact_inventory_daily WHERE date > %s AND date <= %s"
        " GROUP BY 1, 2",
        PAST,
        PAST + 56 * DAY,
    )
    quantities = {row["item_id"]: row["quantity"] for row in placed}
    for row in rows:
        assert row["ordered_qty"] == quantities.get(row["item_id"])
        assert row["done"] == (row["item_id"] in quantities)
        empty = [day["date"] for day in stock if day["item_id"] == row["item_id"] and day["on_hand"] <= 0]
        assert (row["days_known"], row["days_without_stock"]) == (56, len(empty))
        assert row["stockout_on"] == min(empty, default=None)
        assert row["decision"] == "open"
    assert {row["done"] for row in rows} == {True, False}
    assert any(row["days_without_stock"] for row in rows)


def test_projections_long_past_are_deleted_as_a_new_version_and_proposals_stay(changeable: Pipeline):
    before = {row["dataset"]: row["version"] for row in changeable.rows(VERSIONS)}
    deleted = changeable.one("SELECT count(*) FROM analytics.stock_projection WHERE date = %s", PAST)
    result = dg.materialize([projection_retention], resources={"warehouse": changeable.warehouse})
    [event] = result.asset_materializations_for_node("operations__projection_retention")
    assert event.metadata["rows_deleted"].value == deleted > 0
    days = changeable.rows("SELECT DISTINCT date FROM analytics.stock_projection")
    assert days == [{"date": LAST}]
    assert of_action(changeable, "order", PAST)
    changed = {row["dataset"] for row in changeable.rows(VERSIONS) if row["version"] != before[row["dataset"]]}
    assert changed == {STOCK_PROJECTION.relation}


def test_the_run_tells_what_the_day_proposes(changeable: Pipeline):
    propose(changeable, LAST)
    event = changeable.instance.get_latest_materialization_event(dg.AssetKey(["analytics", "recommendations"]))
    assert event
    assert event.asset_materialization
    metadata: dict[str, Any] = {name: entry.value for name, entry in event.asset_materialization.metadata.items()}
    counted = metadata["actions"]
    assert sum(counted.values()) == metadata["rows_written"]
    assert counted["order"] == len(of_action(changeable, "order"))
    assert metadata["orders_cost_brl"] == pytest.approx(
        float(sum(row["cost_brl"] for row in of_action(changeable, "order")))
    )


def test_plans_of_a_former_source_go_with_it_and_readers_are_told(changeable: Pipeline):
    relations = (*PLAN, RECOMMENDATION_OUTCOMES.relation)

    def versions() -> dict[str, int]:
        return {name: changeable.one(VERSION, name) for name in relations}

    def rows() -> dict[str, int]:
        return {name: changeable.one(f"SELECT count(*) FROM {name}") for name in relations}

    held, before = rows(), versions()
    assert held[RECOMMENDATIONS.relation]
    with changeable.warehouse.connect() as connection:
        assert forget_plans(connection) == sum(held.values())
        assert forget_plans(connection) == 0
    assert set(rows().values()) == {0}
    assert versions() == {name: version + (held[name] > 0) for name, version in before.items()}
    plan(changeable, LAST)
    assert rows()[RECOMMENDATIONS.relation]
