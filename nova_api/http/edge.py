"""The outermost layer, around routing: request ids, HEAD, security headers and one log line for each request."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from litestar.types import ASGIApp, Message, Receive, Scope, Send

from nova_api.http.request_id import SCOPE_KEY, choose_request_id

log = logging.getLogger("nova_api.access")

ONLY_HEADERS = "nova.only_headers"
"""Key of the scope: whether the body will be thrown away, so that what is costly need not be made."""

HEADERS = ((b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer"))


Observe = Callable[[Mapping[str, Any], int | None, float, str | None], None]
"""Told of every answered request: its scope, status, seconds, and the tier that its answer came from."""


@dataclass(frozen=True)
class Edge:
    """Wraps the application; HEAD is answered as GET without the body, so that the two never differ."""

    app: ASGIApp
    observe: Observe

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        await self._serve(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = choose_request_id(scope["headers"])
        method = str(scope.get("method"))
        inner: Any = {
            **scope,
            SCOPE_KEY: request_id,
            ONLY_HEADERS: method == "HEAD",
            "method": "GET" if method == "HEAD" else method,
        }
        started = time.perf_counter()
        seen: dict[str, Any] = {}

        async def outward(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*_with_head(message["headers"]), (b"x-request-id", request_id.encode("ascii")), *HEADERS]
                seen.update(status=message["status"], cache=_header(headers, b"x-cache"))
                await send({**message, "headers": headers})  # pyright: ignore[reportArgumentType]
            elif method == "HEAD" and message["type"] == "http.response.body":
                if not message.get("more_body"):
                    await send({"type": "http.response.body", "body": b"", "more_body": False})
            else:
                await send(message)

        await self.app(inner, receive, outward)
        seconds = time.perf_counter() - started
        self.observe(inner, seen.get("status"), seconds, seen.get("cache"))
        log.info(
            "%s %s %s %.1f ms cache=%s id=%s",
            method,
            scope["path"],
            seen.get("status", "-"),
            seconds * 1000,
            seen.get("cache") or "-",
            request_id,
        )


def _with_head(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    return [(key, value.replace(b"GET", b"GET, HEAD") if key == b"allow" else value) for key, value in headers]


def _header(headers: list[tuple[bytes, bytes]], name: bytes) -> str | None:
    return next((value.decode("latin-1") for key, value in headers if key.lower() == name), None)
