"""Requests and bodies of the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec

ExportFormat = Literal["csv", "ndjson"]


class AuditFilter(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which events; a cursor is only good for the filter that it was made with."""

    first: datetime | None = None
    end: datetime | None = None
    actor: str | None = None
    action: str | None = None
    subject_kind: str | None = None
    subject_id: str | None = None
    route: str | None = None
    status: int | None = None


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened."""

    at: datetime
    event_id: Annotated[int, msgspec.Meta(description="Tells events of one instant apart")]
    action: Annotated[str, msgspec.Meta(description="What was done: user.created, dataset.published, api.call, ...")]
    actor: Annotated[str | None, msgspec.Meta(description="Id of the account, or the part of Nova that acted")]
    role: Annotated[str | None, msgspec.Meta(description="The account's role then")]
    method: str | None
    route: Annotated[str | None, msgspec.Meta(description="Template of the address; null: there is no such address")]
    status: int | None
    duration_ms: float | None
    request_id: Annotated[str | None, msgspec.Meta(description="The X-Request-Id of the answer")]
    ip: str | None
    user_agent_hash: Annotated[str | None, msgspec.Meta(description="Tells two clients apart; cannot be read")]
    cache: Annotated[str | None, msgspec.Meta(description="Tier that the answer came from")]
    subject_kind: Annotated[str | None, msgspec.Meta(description="What it was done to")]
    subject_id: str | None
    details: Annotated[dict[str, Any], msgspec.Meta(description="Of a change, what was before and after")]


class AuditPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of events, latest first."""

    data: list[AuditEntry]
    next_cursor: Annotated[
        str | None, msgspec.Meta(description="Ask with this `cursor` for the next page; null on the last")
    ]
