"""New entries of the two books: checked against what is there, then written."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

from nova_api.auth.principal import Principal
from nova_api.decisions.rules import check_acknowledgement, check_decision
from nova_api.decisions.schemas import AcknowledgementRequest, AlertAcknowledgements, DecisionRequest, ItemDecisions
from nova_api.sqltexts import read_sql

ITEM_VERBS: Mapping[str, str] = MappingProxyType(
    {
        "acknowledge": "recommendation.acknowledged",
        "override": "recommendation.overridden",
        "snooze": "recommendation.snoozed",
    }
)
ALERT_VERBS: Mapping[str, str] = MappingProxyType({"acknowledge": "alert.acknowledged", "snooze": "alert.snoozed"})


async def decide(connection: Any, present: ItemDecisions, *, asked: DecisionRequest, by: Principal) -> int:
    """Write a decision on what is proposed now.

    Raises:
        RefusedError, ConflictError: when it cannot be decided so.
    """
    check_decision(asked, present)
    return await connection.fetchval(
        read_sql("decide_item"),
        present.item_id,
        present.date,
        asked.kind,
        asked.action,
        asked.quantity,
        asked.reason,
        asked.expires_on,
        by.user_id,
        by.name,
    )


async def acknowledge(
    connection: Any, present: AlertAcknowledgements, *, asked: AcknowledgementRequest, by: Principal
) -> int:
    """Write what is done about an alert as it is now.

    Raises:
        RefusedError, ConflictError: when it cannot be done.
    """
    check_acknowledgement(asked, present)
    return await connection.fetchval(
        read_sql("acknowledge_alert"),
        UUID(present.alert_id),
        present.level,
        asked.kind,
        asked.reason,
        asked.expires_on,
        by.user_id,
        by.name,
    )
