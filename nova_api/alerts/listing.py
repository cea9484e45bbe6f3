"""What is wrong now, and what was."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec

from nova_api.listings.declaration import Listing, any_of, empty, equal, span


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule found, and the days on which it held."""

    alert_id: Annotated[str, msgspec.Meta(description="The same whenever the day is made again")]
    rule: Annotated[
        Literal[
            "data_stale",
            "demand_outlier",
            "excess",
            "forecast_bias",
            "imminent_stockout",
            "late_order",
            "supplier_drift",
        ],
        msgspec.Meta(description="Rule that found it"),
    ]
    subject_kind: Annotated[
        Literal["item", "item_site", "supplier", "family", "order_line", "dataset"],
        msgspec.Meta(description="What it is about"),
    ]
    subject_id: Annotated[str, msgspec.Meta(description="Which of them; item/site and order/line with a stroke")]
    cause: Annotated[str, msgspec.Meta(description="What is wrong with it; a cause is told once while it holds")]
    level: Annotated[Literal["info", "warning", "critical"], msgspec.Meta(description="How bad it is now")]
    first_level: Annotated[
        Literal["info", "warning", "critical"], msgspec.Meta(description="How bad it was when it was opened")
    ]
    level_since: Annotated[date, msgspec.Meta(description="Day since when it is so bad")]
    opened_on: Annotated[date, msgspec.Meta(description="First day of data on which it was found")]
    seen_on: Annotated[date, msgspec.Meta(description="Last day of data on which it was found")]
    closed_on: Annotated[date | None, msgspec.Meta(description="First day on which it was not; null: it is open")]
    former_alert_id: Annotated[
        str | None, msgspec.Meta(description="The latest alert of the same cause, closed before")
    ]
    value: Annotated[float | None, msgspec.Meta(description="What was measured, as the rule says")]
    threshold: Annotated[float | None, msgspec.Meta(description="From where on it is an alert")]
    details: Annotated[dict[str, Any], msgspec.Meta(description="What a planner needs to see of it, by rule")]
    handling: Annotated[
        Literal["open", "acknowledged", "snoozed"], msgspec.Meta(description="What a planner made of it, as of now")
    ]
    acknowledgement_id: Annotated[int | None, msgspec.Meta(description="What holds now; null: nothing")]
    handled_until: Annotated[date | None, msgspec.Meta(description="Day of data on which it is open again")]
    handled_by: Annotated[str | None, msgspec.Meta(description="Id of who did")]
    handled_by_name: Annotated[str | None, msgspec.Meta(description="Name of who did")]
    handled_at: Annotated[datetime | None, msgspec.Meta(description="When")]
    handling_reason: Annotated[str | None, msgspec.Meta(description="Why, in the words of the planner")]
    state: Annotated[
        str, msgspec.Meta(description="Changes with the alert and what was done about it; a write's If-Match names it")
    ]


ALERTS = Listing(
    name="Alerts",
    path="alerts",
    tag="alerts",
    summary="What is wrong now, and what was",
    row=Alert,
    sql="alerts",
    key=("opened_on", "alert_id"),
    filters=(
        empty("open", "closed_on", "Open alone, closed alone; absent: both"),
        equal("rule"),
        equal("level"),
        equal("handling"),
        equal("subject_kind"),
        any_of("subject_id"),
        any_of("alert_id"),
        *span("opened_on"),
    ),
    sortable=("level_since", "seen_on", "closed_on", "value"),
)
