"""The id of a request: taken from the caller where it is usable, else made here."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

SCOPE_KEY = "nova.request_id"
_USABLE = re.compile(rb"[A-Za-z0-9._-]{1,64}")


def choose_request_id(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """The caller's `X-Request-Id` when it is short and plain, so that it may be logged; else a new one."""
    given = next((value for name, value in headers if name == b"x-request-id"), b"")
    return given.decode("ascii") if _USABLE.fullmatch(given) else uuid.uuid4().hex


def request_id(scope: Mapping[str, Any]) -> str:
    """The id of the request that is being answered."""
    return scope[SCOPE_KEY]
