"""Bodies of the health checks."""

from __future__ import annotations

from typing import Literal

import msgspec

Status = Literal["ready", "degraded", "unavailable"]


class Liveness(msgspec.Struct, frozen=True):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """State of one thing the API leans on, in words."""

    status: Literal["ok", "absent", "failed"]
    detail: str


class Checks(msgspec.Struct, frozen=True, kw_only=True):
    """What the API leans on."""

    database: Check
    cache: Check
    versions: Check


class Readiness(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the API can answer: `degraded` means slower or older answers, `unavailable` means none."""

    status: Status
    checks: Checks
