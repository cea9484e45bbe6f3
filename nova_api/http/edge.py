"""The outermost layer, around routing: request ids, HEAD, security headers and one log line for each request."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from litestar.types import ASGIApp, Message, Send

from nova_api.auth.principal import caller
from nova_api.http.request_id import SCOPE_KEY, choose_request_id
from nova_api.telemetry.requests import RequestLog, Served

HEADERS = ((b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer"))
ONLY_HEADERS = "nova.only_headers"
"""Key of the scope: whether the body will be thrown away, so that what is costly, or never ends, need not be made."""

TRACEPARENT = re.compile(rb"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
"""W3C Trace Context, version 00."""

Observe = Callable[[Mapping[str, Any], int | None, float, str | None], None]
"""Told of every answered request: its scope, status, seconds, and the tier that its answer came from."""


@dataclass(frozen=True)
class Edge:
    """Wraps the application; HEAD is answered as GET without the body, so that the two never differ."""

    app: ASGIApp
    requests: RequestLog
    observe: Observe

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            if scope["type"] == "lifespan":
                self.requests.flush()
            return
        exchange = Exchange(scope, send)
        try:
            await self.app(exchange.inner, receive, exchange.outward)
        finally:
            served = exchange.served()
            self.requests.add(served)
            self.observe(exchange.inner, served.status, served.milliseconds / 1000, served.cache)


class Exchange:
    """One request on its way in and its answer on its way out."""

    __slots__ = ("_cache", "_send", "_started", "_status", "inner", "method", "request_id")

    def __init__(self, scope: Any, send: Send) -> None:
        self._send = send
        self._started = time.perf_counter()
        self._status: int | None = None
        self._cache: bytes | None = None
        self.request_id = choose_request_id(scope["headers"])
        self.method: str = scope["method"]
        self.inner: Any = {
            **scope,
            SCOPE_KEY: self.request_id,
            ONLY_HEADERS: self.method == "HEAD",
            "method": "GET" if self.method == "HEAD" else self.method,
        }

    async def outward(self, message: Message) -> None:
        """Send what the application answers, with the headers that every answer has."""
        if message["type"] == "http.response.start":
            self._status = message["status"]
            headers = [*message["headers"], (b"x-request-id", self.request_id.encode("ascii")), *HEADERS]
            for position, (name, value) in enumerate(headers):
                if name == b"x-cache":
                    self._cache = value
                elif name == b"allow":
                    headers[position] = (name, value.replace(b"GET", b"GET, HEAD"))
            await self._send({"type": "http.response.start", "status": self._status, "headers": headers})
        elif self.method == "HEAD" and message["type"] == "http.response.body":
            if not message.get("more_body"):
                await self._send({"type": "http.response.body", "body": b"", "more_body": False})
        else:
            await self._send(message)

    def served(self) -> Served:
        """What there is to say of it."""
        principal = caller(self.inner)
        trace = next((value for name, value in self.inner["headers"] if name == b"traceparent"), None)
        traced = TRACEPARENT.fullmatch(trace) if trace else None
        return Served(
            at=time.time(),
            method=self.method,
            path=self.inner["path"],
            route=self.inner.get("path_template"),
            status=self._status,
            milliseconds=(time.perf_counter() - self._started) * 1000,
            request_id=self.request_id,
            cache=self._cache.decode("latin-1") if self._cache else None,
            user=principal.user_id if principal else None,
            trace=traced[1].decode() if traced else None,
        )
