"""What a planner can decide about what is proposed now, and do about an alert as it is now."""

from __future__ import annotations

from datetime import date, timedelta

from nova_api.decisions.schemas import (
    AcknowledgementRequest,
    AlertAcknowledgements,
    DecisionRequest,
    ItemDecisions,
)
from nova_api.errors import ConflictError, RefusedError

LONGEST = timedelta(days=366)
"""Longest time that a decision holds against whatever is proposed meanwhile."""


def check_decision(asked: DecisionRequest, present: ItemDecisions) -> None:
    """Check a decision against the proposal it is about.

    Raises:
        RefusedError: naming the field that cannot be used.
        ConflictError: when there is nothing to decide about.
    """
    if asked.kind == "override":
        _check_override(asked)
    else:
        for name in ("action", "quantity"):
            if getattr(asked, name) is not None:
                raise RefusedError(name, f"only an override has one, and this is: {asked.kind}")
        if present.action == "none":
            raise ConflictError(f"nothing is proposed of {present.item_id}: there is nothing to {asked.kind}")
    _check_end(asked.expires_on, present.date, needed=asked.kind != "acknowledge")


def _check_override(asked: DecisionRequest) -> None:
    if not (asked.reason or "").strip():
        raise RefusedError("reason", "an override needs one")
    if asked.action is None:
        raise RefusedError("action", "an override needs one")
    if asked.quantity is None:
        raise RefusedError("quantity", "an override needs one")
    if round(asked.quantity, 4) != asked.quantity:
        raise RefusedError("quantity", "it has more than four decimals")
    if asked.action == "none" and asked.quantity:
        raise RefusedError("quantity", "of no action the quantity is 0")
    if asked.action in ("order", "expedite", "transfer", "reduce") and not asked.quantity:
        raise RefusedError("quantity", f"nothing to {asked.action}: give more than 0, or the action none")


def check_acknowledgement(asked: AcknowledgementRequest, present: AlertAcknowledgements) -> None:
    """Check what is to be done about an alert against how it stands.

    Raises:
        RefusedError: naming the field that cannot be used.
        ConflictError: when the alert is closed.
    """
    if present.closed_on is not None:
        raise ConflictError(f"the alert was closed on {present.closed_on}: there is nothing to {asked.kind}")
    if asked.kind == "acknowledge" and asked.expires_on is not None:
        raise RefusedError("expires_on", "only a snooze ends on a day; acknowledged is an alert while it is open")
    _check_end(asked.expires_on, present.seen_on, needed=asked.kind == "snooze")


def _check_end(expires_on: date | None, seen: date, *, needed: bool) -> None:
    if expires_on is None:
        if needed:
            raise RefusedError("expires_on", "say until when it holds")
        return
    if not seen < expires_on <= seen + LONGEST:
        raise RefusedError(
            "expires_on",
            f"it must lie after {seen}, the day of what is decided about, and by {seen + LONGEST} at the latest",
        )
