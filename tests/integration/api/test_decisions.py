"""Planners' writes: checked, told to all readers at once, answered once, and never on what they did not see."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from nova_api.auth.permissions import Role
from nova_api.settings import Settings
from tests.integration.api.conftest import Serving, Warehouse
from tests.support import callers

pytestmark = pytest.mark.anyio

DAY = date(2024, 6, 28)
UNTIL = "2024-07-05"
MADE = datetime(2024, 6, 29, tzinfo=UTC)
ALERT = "11111111-1111-4111-8111-111111111111"


def proposal(item_id: str, action: str, quantity: float, day: date = DAY, **columns: Any) -> dict[str, Any]:
    required = {
        "date": day,
        "item_id": item_id,
        "action": action,
        "reason": "below_reorder_point",
        "quantity": quantity,
        "priority": 50,
        "critical": False,
        "proposed_since": day,
        "decision": "open",
        "planned_action": action,
        "planned_quantity": quantity,
        "made_at": MADE,
        "explanation": {},
        "codes": {},
    }
    return required | columns


@pytest.fixture(scope="module", autouse=True)
def plan(warehouse: Warehouse) -> Iterator[None]:
    """The plan of a day, and an alert; decisions of this module go with it."""
    warehouse.execute("SELECT support.make_month_partitions('analytics.recommendations', '2024-06-01', '2024-07-31')")
    rows = [proposal(item, "order", 40) for item in ("1", "2", "3", "4", "5")] + [proposal("0", "none", 0)]
    bought = {"supplier_id": "S9", "cost_brl": 400, "order_by": DAY}
    rows += [proposal(item, "order", 40, **bought) for item in ("6", "7")]
    warehouse.publish("analytics.recommendations", rows)
    alert = {
        "alert_id": uuid.UUID(ALERT),
        "rule": "excess",
        "subject_kind": "item",
        "subject_id": "1",
        "cause": "excess",
        "level": "warning",
        "first_level": "warning",
        "level_since": DAY,
        "opened_on": DAY,
        "seen_on": DAY,
        "details": {},
    }
    warehouse.publish("analytics.alerts", [alert])
    yield
    warehouse.publish("analytics.recommendations", [])
    warehouse.publish("analytics.alerts", [])


def path(item: str) -> str:
    return f"/api/v1/recommendations/{item}/decisions"


ALERT_PATH = f"/api/v1/alerts/{ALERT}/acknowledgements"
OVERRIDE = {"kind": "override", "action": "order", "quantity": 7, "reason": "a project ends", "expires_on": UNTIL}


async def decide(
    client: httpx.AsyncClient, address: str, body: dict[str, Any], tag: str | None = None, key: str | None = None
) -> httpx.Response:
    """Write on what is there now, unless a tag says otherwise."""
    if tag is None:
        tag = (await client.get(address)).headers["etag"]
    headers = {"If-Match": tag, "Idempotency-Key": key or uuid.uuid4().hex}
    return await client.post(address, json=body, headers=headers)


def events(warehouse: Warehouse, kind: str, subject: str) -> list[tuple[Any, ...]]:
    return warehouse.execute(
        "SELECT action, actor, role, details FROM support.audit_logs"
        " WHERE subject_kind = %s AND subject_id = %s ORDER BY at",
        kind,
        subject,
    )


async def test_an_override_holds_at_once_with_its_event_and_its_version(
    serving: Serving, settings: Settings, warehouse: Warehouse, eventually
):
    async with serving(settings, Role.ANALYST) as client:
        before = (await client.get(path("1"))).json()
        assert (before["decision"], before["decisions"]) == ("open", [])
        made = await decide(client, path("1"), OVERRIDE)
        assert made.status_code == 201
        body = made.json()
        assert (body["decision"], body["planned_action"], body["planned_quantity"]) == ("overridden", "order", 7)
        assert (body["action"], body["quantity"]) == ("order", 40), "what is proposed is told beside it"
        [entry] = body["decisions"]
        assert entry["decided_by"] == callers.USER_IDS[Role.ANALYST]
        assert entry["plan_date"] == "2024-06-28"
        name = "support.planner_decisions"
        assert body["versions"][name] == before["versions"][name] + 1
        assert f"{name}={body['versions'][name]}" in made.headers["x-data-version"]
        read = await client.get(path("1"))
        assert read.json() == body
        assert read.headers["etag"] == made.headers["etag"] == f'"{body["state"]}"'

        def served(response: httpx.Response) -> bool:
            return response.json()["versions"].get(name) == body["versions"][name]

        await eventually(client, "/api/v1/datasets", served)
    [(action, actor, role, details)] = events(warehouse, "item", "1")
    assert (action, actor, role) == ("recommendation.overridden", callers.USER_IDS[Role.ANALYST], "ANALYST")
    assert details["before"]["decision"] == "open"
    assert details["after"]["planned_quantity"] == 7
    assert details["entry"]["reason"] == "a project ends"


async def test_what_is_planned_with_a_supplier_follows_the_decisions(serving: Serving, settings: Settings, eventually):
    address = "/api/v1/recommendations/suppliers?supplier=S9"
    async with serving(settings, Role.ANALYST) as client:
        [before] = (await client.get(address)).json()["data"]
        assert (before["plan"], before["lines"], before["open_lines"], before["cost_brl"]) == ("order", 2, 2, 800)
        assert (before["order_by"], before["unpriced_lines"]) == ("2024-06-28", 0)
        await decide(client, path("6"), OVERRIDE)

        def overridden(response: httpx.Response) -> bool:
            return response.json()["data"][0]["open_lines"] == 1

        [after] = (await eventually(client, address, overridden)).json()["data"]
        assert (after["lines"], after["cost_brl"]) == (2, 400 + 400 / 40 * 7)
        await decide(client, path("7"), {"kind": "snooze", "expires_on": UNTIL})
        both = await eventually(client, address, lambda response: len(response.json()["data"]) == 2)
        plans = {row["plan"]: (row["lines"], row["cost_brl"], row["unpriced_lines"]) for row in both.json()["data"]}
        assert plans == {"order": (1, 70, 0), "snoozed": (1, None, 1)}


async def test_of_two_planners_who_saw_the_same_one_decides(serving: Serving, settings: Settings, warehouse: Warehouse):
    async with serving(settings, Role.ANALYST) as ana, serving(settings, Role.ADMIN) as adam:
        tag = (await ana.get(path("2"))).headers["etag"]
        snooze = {"kind": "snooze", "expires_on": UNTIL}
        answers = await asyncio.gather(*(decide(planner, path("2"), snooze, tag) for planner in (ana, adam, ana, adam)))
        assert sorted(answer.status_code for answer in answers) == [201, 412, 412, 412]
        assert next(a for a in answers if a.status_code == 412).json()["type"] == "/problems/precondition-failed"
        again = await decide(adam, path("2"), {"kind": "acknowledge"})
        assert (again.status_code, again.json()["decision"]) == (201, "acknowledged")
        assert len(again.json()["decisions"]) == 2
    assert len(events(warehouse, "item", "2")) == 2


async def test_a_plan_that_is_another_one_by_now_is_not_decided_on(
    serving: Serving, settings: Settings, warehouse: Warehouse
):
    async with serving(settings) as client:
        tag = (await client.get(path("5"))).headers["etag"]
        warehouse.execute("UPDATE analytics.recommendations SET quantity = 41 WHERE item_id = '5'")
        assert (await decide(client, path("5"), {"kind": "acknowledge"}, tag)).status_code == 412
        headers = {"Idempotency-Key": uuid.uuid4().hex}
        without = await client.post(path("5"), json={"kind": "acknowledge"}, headers=headers)
        assert without.status_code == 428
        weak = await decide(client, path("5"), {"kind": "acknowledge"}, "*")
        assert weak.status_code == 412


async def test_a_write_that_comes_many_times_is_written_once_and_answered_alike(
    serving: Serving, settings: Settings, warehouse: Warehouse
):
    async with serving(settings, Role.ANALYST) as client, serving(settings, Role.ADMIN) as other:
        tag = (await client.get(path("3"))).headers["etag"]
        key = uuid.uuid4().hex
        answers = await asyncio.gather(*(decide(client, path("3"), OVERRIDE, tag, key) for _ in range(8)))
        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.content for answer in answers}) == len({answer.headers["etag"] for answer in answers}) == 1
        assert len(answers[0].json()["decisions"]) == 1
        changed = await decide(client, path("3"), OVERRIDE | {"quantity": 8}, tag, key)
        elsewhere = await decide(client, path("4"), OVERRIDE, None, key)
        assert (changed.status_code, elsewhere.status_code) == (422, 422)
        # Another account's key is another key.
        assert (await decide(other, path("3"), OVERRIDE, tag, key)).status_code == 412
        assert (await client.post(path("3"), json=OVERRIDE, headers={"If-Match": tag})).status_code == 400
        warehouse.execute("UPDATE support.idempotent_answers SET expires_at = now() WHERE key = %s", key)
        late = await decide(client, path("3"), OVERRIDE, tag, key)
        assert late.status_code == 412, "after a day the key means nothing any more"
        assert (await decide(client, path("3"), {"kind": "acknowledge"})).status_code == 201
    assert warehouse.execute("SELECT count(*) FROM support.idempotent_answers WHERE key = %s", key) == [(0,)]
    assert len(events(warehouse, "item", "3")) == 2


async def test_what_is_taken_back_never_held(serving: Serving, settings: Settings, warehouse: Warehouse):
    async with serving(settings, Role.ANALYST) as client:
        first = await decide(client, path("4"), OVERRIDE)
        second = await decide(client, path("4"), {"kind": "snooze", "expires_on": UNTIL})
        entry = second.json()["decision_id"]
        address = f"{path('4')}/{entry}"
        assert (await client.delete(address)).status_code == 428
        assert (await client.delete(address, headers={"If-Match": first.headers["etag"]})).status_code == 412
        undone = await client.delete(address, headers={"If-Match": second.headers["etag"]})
        assert undone.status_code == 200
        assert (undone.json()["decision"], undone.json()["planned_quantity"]) == ("overridden", 7)
        again = await client.delete(address, headers={"If-Match": second.headers["etag"]})
        assert (again.status_code, again.json()) == (200, undone.json())
        missing = await client.delete(f"{path('4')}/999999", headers={"If-Match": second.headers["etag"]})
        assert missing.status_code == 404
    actions = [action for action, *_ in events(warehouse, "item", "4")]
    assert actions == ["recommendation.overridden", "recommendation.snoozed", "recommendation.decision_withdrawn"]


async def test_a_decision_that_cannot_be_made_leaves_nothing(
    serving: Serving, settings: Settings, warehouse: Warehouse
):
    version = warehouse.execute(
        "SELECT version FROM support.dataset_versions WHERE dataset LIKE 'support.planner%%'",
    )
    async with serving(settings, Role.ANALYST) as client, serving(settings, Role.VIEWER) as viewer:
        assert (await client.get(path("9"))).status_code == 404
        assert (await decide(client, path("9"), OVERRIDE, '"x"')).status_code == 404
        assert (await decide(client, path("0"), {"kind": "acknowledge"})).status_code == 409
        wrong = await decide(client, path("5"), OVERRIDE | {"quantity": 0})
        assert wrong.status_code == 400
        assert wrong.json()["errors"][0]["parameter"] == "quantity"
        unknown = await decide(client, path("5"), OVERRIDE | {"colour": "red"})
        assert unknown.status_code == 400
        assert (await viewer.get(path("5"))).status_code == 200
        assert (await decide(viewer, path("5"), {"kind": "acknowledge"})).status_code == 403
    assert (
        warehouse.execute("SELECT version FROM support.dataset_versions WHERE dataset LIKE 'support.planner%%'")
        == version
    )
    assert events(warehouse, "item", "0") == events(warehouse, "item", "5") == events(warehouse, "item", "9") == []
    assert warehouse.execute("SELECT count(*) FROM support.planner_decisions WHERE item_id IN ('0', '5', '9')") == [
        (0,)
    ]


async def test_without_an_event_there_is_no_decision(serving: Serving, settings: Settings, warehouse: Warehouse):
    async with serving(settings, Role.ANALYST) as client:
        before = await client.get(path("5"))
        warehouse.execute("REVOKE INSERT ON support.audit_logs FROM nova_api_rw")
        try:
            assert (await decide(client, path("5"), {"kind": "acknowledge"})).status_code == 500
        finally:
            warehouse.execute("GRANT INSERT ON support.audit_logs TO nova_api_rw")
        after = await client.get(path("5"))
        assert (after.json(), after.headers["etag"]) == (before.json(), before.headers["etag"])


async def test_an_alert_is_acknowledged_until_it_gets_worse(serving: Serving, settings: Settings, warehouse: Warehouse):
    async with serving(settings, Role.ANALYST) as client:
        made = await decide(client, ALERT_PATH, {"kind": "acknowledge", "reason": "seen"})
        assert (made.status_code, made.json()["handling"]) == (201, "acknowledged")
        snoozed = await decide(client, ALERT_PATH, {"kind": "snooze", "expires_on": UNTIL})
        assert (snoozed.json()["handling"], snoozed.json()["handled_until"]) == ("snoozed", UNTIL)
        warehouse.execute("UPDATE analytics.alerts SET seen_on = %s WHERE alert_id = %s", UNTIL, ALERT)
        assert (await client.get(ALERT_PATH)).json()["handling"] == "open", "the day has come"
        undone = await client.delete(
            f"{ALERT_PATH}/{snoozed.json()['acknowledgement_id']}", headers={"If-Match": snoozed.headers["etag"]}
        )
        assert undone.json()["handling"] == "acknowledged"
        warehouse.execute("UPDATE analytics.alerts SET level = 'critical' WHERE alert_id = %s", ALERT)
        assert (await client.get(ALERT_PATH)).json()["handling"] == "open"
        worse = await decide(client, ALERT_PATH, {"kind": "acknowledge"}, undone.headers["etag"])
        assert worse.status_code == 412, "the planner saw a warning"
        warehouse.execute("UPDATE analytics.alerts SET closed_on = %s WHERE alert_id = %s", UNTIL, ALERT)
        assert (await decide(client, ALERT_PATH, {"kind": "acknowledge"})).status_code == 409
        unknown = f"/api/v1/alerts/{uuid.uuid4()}/acknowledgements"
        assert (await client.get(unknown)).status_code == 404
    assert [action for action, *_ in events(warehouse, "alert", ALERT)] == [
        "alert.acknowledged",
        "alert.snoozed",
        "alert.acknowledgement_withdrawn",
    ]


async def test_an_api_without_an_address_to_write_to_tells_and_refuses(
    serving: Serving, settings: Settings, caplog: pytest.LogCaptureFixture
):
    import msgspec

    async with serving(msgspec.structs.replace(settings, write_database_url=None)) as client:
        read = await client.get(path("5"))
        assert read.status_code == 200
        refused = await decide(client, path("5"), {"kind": "acknowledge"}, read.headers["etag"])
        assert refused.status_code == 503
        assert "read only" in refused.json()["detail"]
    assert "NOVA_API_WRITE_DATABASE_URL is not set" in caplog.text
