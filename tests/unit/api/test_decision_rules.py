"""What can be decided about a proposal, and done about an alert."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest

from nova_api.decisions.rules import LONGEST, check_acknowledgement, check_decision
from nova_api.decisions.schemas import (
    AcknowledgementRequest,
    AlertAcknowledgements,
    DecisionRequest,
    ItemDecisions,
)
from nova_api.errors import ConflictError, RefusedError

DAY = date(2026, 3, 2)
PROPOSED = ItemDecisions(
    versions={},
    item_id="1",
    state="s",
    date=DAY,
    action="order",
    quantity=40,
    decision="open",
    decision_id=None,
    decided_until=None,
    planned_action="order",
    planned_quantity=40,
    decisions=[],
)
OPEN = AlertAcknowledgements(
    versions={},
    alert_id="1",
    state="s",
    level="warning",
    seen_on=DAY,
    closed_on=None,
    handling="open",
    acknowledgement_id=None,
    handled_until=None,
    acknowledgements=[],
)
OVERRIDE: dict[str, Any] = {
    "kind": "override",
    "action": "order",
    "quantity": 7.25,
    "reason": "a project ends",
    "expires_on": DAY + timedelta(days=1),
}


def test_a_complete_decision_of_each_kind_is_accepted():
    check_decision(DecisionRequest(kind="acknowledge"), PROPOSED)
    check_decision(DecisionRequest(kind="snooze", expires_on=DAY + LONGEST), PROPOSED)
    check_decision(DecisionRequest(**OVERRIDE), PROPOSED)
    check_decision(DecisionRequest(**OVERRIDE | {"action": "none", "quantity": 0.0}), PROPOSED)
    check_decision(DecisionRequest(**OVERRIDE), msgspec.structs.replace(PROPOSED, action="none"))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("reason", None),
        ("reason", " \n"),
        ("action", None),
        ("quantity", None),
        ("quantity", 0.00001),
        ("quantity", 0.0),
        ("expires_on", None),
        ("expires_on", DAY),
        ("expires_on", DAY + LONGEST + timedelta(days=1)),
    ],
)
def test_an_override_that_lacks_something_is_refused_by_the_name_of_it(field: str, value: object):
    with pytest.raises(RefusedError) as refused:
        check_decision(DecisionRequest(**OVERRIDE | {field: value}), PROPOSED)
    assert refused.value.parameter == field


def test_doing_nothing_has_no_quantity():
    with pytest.raises(RefusedError, match="0"):
        check_decision(DecisionRequest(**OVERRIDE | {"action": "none"}), PROPOSED)


@pytest.mark.parametrize("kind", ["acknowledge", "snooze"])
@pytest.mark.parametrize("field", ["action", "quantity"])
def test_only_an_override_has_an_action_and_a_quantity(kind: str, field: str):
    asked = {"kind": kind, "expires_on": OVERRIDE["expires_on"], field: OVERRIDE[field]}
    with pytest.raises(RefusedError) as refused:
        check_decision(msgspec.convert(asked, DecisionRequest), PROPOSED)
    assert refused.value.parameter == field


def test_what_is_not_proposed_can_neither_be_acknowledged_nor_snoozed():
    nothing = msgspec.structs.replace(PROPOSED, action="none")
    for asked in (DecisionRequest(kind="acknowledge"), DecisionRequest(kind="snooze", expires_on=DAY)):
        with pytest.raises(ConflictError, match="nothing is proposed"):
            check_decision(asked, nothing)


def test_an_alert_is_acknowledged_while_it_is_open_and_snoozed_until_a_day():
    check_acknowledgement(AcknowledgementRequest(kind="acknowledge"), OPEN)
    check_acknowledgement(AcknowledgementRequest(kind="snooze", expires_on=DAY + timedelta(days=3)), OPEN)
    for asked in (
        AcknowledgementRequest(kind="acknowledge", expires_on=DAY + timedelta(days=3)),
        AcknowledgementRequest(kind="snooze"),
        AcknowledgementRequest(kind="snooze", expires_on=DAY),
    ):
        with pytest.raises(RefusedError) as refused:
            check_acknowledgement(asked, OPEN)
        assert refused.value.parameter == "expires_on"
    closed = msgspec.structs.replace(OPEN, closed_on=DAY)
    with pytest.raises(ConflictError, match="closed on 2026-03-02"):
        check_acknowledgement(AcknowledgementRequest(kind="acknowledge"), closed)


def test_a_field_that_is_not_known_is_refused():
    with pytest.raises(msgspec.ValidationError, match="decided_by"):
        msgspec.json.decode(b'{"kind":"acknowledge","decided_by":"someone"}', type=DecisionRequest)
