"""Who is let in by the first look at a request: its host, the page it comes from, its length."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from nova_api.limits import MAX_QUERY_BYTES
from nova_api.settings import Settings

Headers = Sequence[tuple[bytes, bytes]]

ALWAYS = ((b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer"))
VARY_ORIGIN = (b"vary", b"Origin")
EXPOSED = (
    b"Age, Content-Disposition, ETag, Link, RateLimit, RateLimit-Policy, Retry-After, X-Cache, X-Data-Version, "
    b"X-Request-Id, X-Row-Count"
)
PREFLIGHT = (
    (b"access-control-allow-methods", b"GET, HEAD, POST, PATCH, PUT, DELETE"),
    (
        b"access-control-allow-headers",
        b"Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, X-Request-Id",
    ),
    (b"access-control-max-age", b"600"),
)


@dataclass(frozen=True)
class Refusal:
    """Why a request is not heard."""

    status: int
    detail: str


OTHER_HOST = Refusal(421, "this API is not served under the host that the request names")
QUERY_TOO_LONG = Refusal(414, f"the query has more than {MAX_QUERY_BYTES} bytes: ask for less at a time")


class Doors:
    """What the settings say of hosts, origins and HSTS."""

    def __init__(self, settings: Settings) -> None:
        self._hosts = frozenset(host.encode() for host in settings.hosts)
        self._origins = frozenset(origin.encode() for origin in settings.origins)
        hsts = ((b"strict-transport-security", b"max-age=%d; includeSubDomains" % settings.hsts),)
        self._always: Headers = (*ALWAYS, *(hsts if settings.hsts else ()))

    def refusal(self, scope: Any) -> Refusal | None:
        """Why a request is not heard; None when it is. Health is asked by address: any host will do."""
        if self._hosts and not scope["path"].startswith("/health/"):
            named = [value for name, value in scope["headers"] if name == b"host"]
            if len(named) != 1 or _without_port(named[0]) not in self._hosts:
                return OTHER_HOST
        return QUERY_TOO_LONG if len(scope["query_string"]) > MAX_QUERY_BYTES else None

    def headers(self, scope: Any) -> Headers:
        """What every answer to a request has."""
        if not self._origins:
            return self._always
        origin = _origin(scope["headers"])
        if origin not in self._origins:
            return (*self._always, VARY_ORIGIN)
        return (
            *self._always,
            VARY_ORIGIN,
            (b"access-control-allow-origin", origin),
            (b"access-control-expose-headers", EXPOSED),
        )

    def preflight(self, scope: Any) -> Headers | None:
        """What a browser is answered that asks by OPTIONS whether a page may ask; None when it does not."""
        if _origin(scope["headers"]) not in self._origins:
            return None
        asked = any(name == b"access-control-request-method" for name, _ in scope["headers"])
        return PREFLIGHT if asked else None


def _origin(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    return next((value for name, value in headers if name == b"origin"), b"")


def _without_port(host: bytes) -> bytes:
    name, colon, port = host.rpartition(b":")
    return (name if colon and port.isdigit() else host).lower()
