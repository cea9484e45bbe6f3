"""Bodies of planners' writes, and of what they make of a proposal or an alert."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec

from nova_api.vocabulary import Document

Action = Literal["order", "expedite", "transfer", "reduce", "hold", "dead_stock", "none"]
Reason = Annotated[str, msgspec.Meta(max_length=1000, description="Why, in the planner's words")]
State = Annotated[
    str, msgspec.Meta(description="Another one whenever the subject or a decision on it is; the ETag, for If-Match")
]
LARGEST_QUANTITY = 99_999_999_999_999


class DecisionRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a planner decides about the proposal of an item."""

    kind: Annotated[
        Literal["acknowledge", "override", "snooze"],
        msgspec.Meta(description="Seen and being done; planned otherwise; nothing to be planned for a while"),
    ]
    reason: Reason | None = None
    action: Annotated[Action | None, msgspec.Meta(description="Of an override: what to do instead")] = None
    quantity: Annotated[
        Annotated[float, msgspec.Meta(ge=0, le=LARGEST_QUANTITY)] | None,
        msgspec.Meta(description="Of an override: how much, to four decimals (item's unit)"),
    ] = None
    expires_on: Annotated[
        date | None,
        msgspec.Meta(description="First planned day on which it holds no longer; needed but to acknowledge"),
    ] = None


class AcknowledgementRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a planner does about an alert."""

    kind: Annotated[
        Literal["acknowledge", "snooze"], msgspec.Meta(description="Seen and in hand; not now, but on another day")
    ]
    reason: Reason | None = None
    expires_on: Annotated[
        date | None, msgspec.Meta(description="Of a snooze: first day of data on which the alert is open again")
    ] = None


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """Who wrote a decision, and whether it was taken back."""

    reason: str | None
    expires_on: date | None
    decided_by: Annotated[str, msgspec.Meta(description="Id of the account")]
    decided_by_name: Annotated[str | None, msgspec.Meta(description="Its name then")]
    decided_at: datetime
    withdrawn_at: Annotated[datetime | None, msgspec.Meta(description="When it was taken back: it never held")]
    withdrawn_by: str | None


class Decision(Written, frozen=True, kw_only=True):
    """A decision on an item, as it was written."""

    decision_id: int
    plan_date: Annotated[date, msgspec.Meta(description="Day of the proposal that the planner saw")]
    kind: Literal["acknowledge", "override", "snooze"]
    action: Action | None
    quantity: float | None


class Acknowledgement(Written, frozen=True, kw_only=True):
    """What was done about an alert, as it was written."""

    acknowledgement_id: int
    kind: Literal["acknowledge", "snooze"]
    level: Annotated[
        Literal["info", "warning", "critical"],
        msgspec.Meta(description="How bad the alert was then; when it gets worse this holds no longer"),
    ]


class ItemDecisions(Document, frozen=True, kw_only=True):
    """What is proposed of an item by the latest plan, what holds of its decisions, and all of them, latest first."""

    item_id: str
    state: State
    date: Annotated[date, msgspec.Meta(description="Day of the plan")]
    action: Action
    quantity: float | None
    decision: Literal["open", "acknowledged", "overridden", "snoozed"]
    decision_id: Annotated[int | None, msgspec.Meta(description="The decision that holds")]
    decided_until: date | None
    planned_action: Action
    planned_quantity: float | None
    decisions: list[Decision]


class AlertAcknowledgements(Document, frozen=True, kw_only=True):
    """How an alert stands, and all that was done about it, latest first."""

    alert_id: str
    state: State
    level: Literal["info", "warning", "critical"]
    seen_on: Annotated[date, msgspec.Meta(description="Last day of data on which it was found")]
    closed_on: date | None
    handling: Literal["open", "acknowledged", "snoozed"]
    acknowledgement_id: Annotated[int | None, msgspec.Meta(description="What holds")]
    handled_until: date | None
    acknowledgements: list[Acknowledgement]
