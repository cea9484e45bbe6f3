"""The short way: what the application answered before is given again without it, while it is the current answer.

The application finds the handler, checks the parameters and names the question; the next request for the same address
would come to the same. So the headers of each kept answer are remembered by address and encoding. They are sent again
when the caller's token surely permits it, and memory surely holds the answer they belong to; in any other case the
application decides, and says why not.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from litestar import Litestar
from litestar.types import Message, Receive, Scope, Send

from nova_api.auth.permissions import GRANTS, OPTION, Permission
from nova_api.auth.principal import SCOPE_KEY
from nova_api.cache.entry import Entry
from nova_api.cache.reader import Question
from nova_api.http.conditional import GZIP_SUFFIX, accepts_gzip, matching_tag

QUESTION_KEY = "nova.question"
"""Where a handler of kept answers puts its question in the scope."""

CAPACITY = 8192
"""Addresses that are remembered, for each process; about 2 KiB each."""

ANEW = (b"age", b"x-cache")
"""Headers that are made for each answer."""

OF_NOT_MODIFIED = (b"etag", b"cache-control", b"vary", b"x-data-version")
FROM_MEMORY = (b"x-cache", b"memory")
Headers = Sequence[tuple[bytes, bytes]]
Key = tuple[str, bytes, bool]


@dataclass(frozen=True, slots=True)
class Shortcut:
    """How an answer was given.

    Attributes:
        question: what memory keeps the answer under.
        permission: what it takes to have it.
        path_template: the route, for the log and the figures.
        made: `Entry.stored_at` and stamp of the answer that the headers belong to.
        compressed: whether it went out in gzip.
        tag: its entity tag, quoted.
        whole: headers of the answer, without those that are made anew.
        not_modified: headers of a 304.
    """

    question: Question
    permission: Permission
    path_template: str
    made: tuple[float, int]
    compressed: bool
    tag: str
    whole: Headers
    not_modified: Headers

    def body(self, entry: Entry) -> bytes:
        """The bytes that the headers describe."""
        return (entry.compressed or b"") if self.compressed else entry.body


class Express:
    """Wraps the application."""

    def __init__(self, app: Litestar) -> None:
        self.app = app
        self._shortcuts: dict[Key, Shortcut] = {}

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        key = (scope["path"], scope["query_string"], _accepts_gzip(headers.get(b"accept-encoding", b"")))
        shortcut = self._shortcuts.get(key)
        entry = self._permitted(shortcut, scope, headers) if shortcut is not None else None
        held = headers.get(b"if-none-match")
        # A tag of another answer, or of the other encoding, is for the application to judge.
        if shortcut is None or entry is None or (held is not None and not _holds(held, shortcut.tag)):
            await self.app(scope, receive, self._watched(key, scope, send))
            return
        if held is not None:
            await send({"type": "http.response.start", "status": 304, "headers": shortcut.not_modified})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            return
        age = str(max(0, int(time.time() - entry.stored_at))).encode()
        answered = [*shortcut.whole, FROM_MEMORY, (b"age", age)]
        await send({"type": "http.response.start", "status": 200, "headers": answered})
        await send({"type": "http.response.body", "body": shortcut.body(entry), "more_body": False})

    def _permitted(self, shortcut: Shortcut, scope: Any, headers: dict[bytes, bytes]) -> Entry | None:
        """The answer, when the caller surely may have it and it is surely the one that was given."""
        services = self.app.state.services
        if shortcut.permission is not Permission.PUBLIC:
            scheme, _, token = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
            principal = services.doorkeeper.recognize(token) if scheme == "Bearer" else None
            if principal is None or shortcut.permission not in GRANTS[principal.role]:
                return None
            if sum(name == b"authorization" for name, _ in scope["headers"]) > 1:
                return None
            scope[SCOPE_KEY] = principal
        entry = services.reader.at_hand(shortcut.question)
        if entry is None or (entry.stored_at, entry.stamp) != shortcut.made:
            return None
        scope["path_template"] = shortcut.path_template
        return entry

    def _watched(self, key: Key, scope: Scope, send: Send) -> Send:
        """The way out, which remembers how a kept answer was given."""
        started: list[Message] = []

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                started.append(message)
            elif message["type"] == "http.response.body" and QUESTION_KEY in scope and not message.get("more_body"):
                self._remember(key, scope, started[0], message["body"])
            await send(message)

        return watched

    def _remember(self, key: Key, scope: Any, start: Any, body: bytes) -> None:
        question: Question = scope[QUESTION_KEY]
        entry = self.app.state.services.reader.at_hand(question)
        headers = dict(start["headers"])
        compressed = b"content-encoding" in headers
        if start["status"] != 200 or entry is None or b"etag" not in headers:
            return
        if body != (entry.compressed if compressed else entry.body):
            return  # a newer answer came between
        if len(self._shortcuts) >= CAPACITY:
            del self._shortcuts[next(iter(self._shortcuts))]
        self._shortcuts[key] = Shortcut(
            question=question,
            permission=scope["route_handler"].opt[OPTION],
            path_template=scope["path_template"],
            made=(entry.stored_at, entry.stamp),
            compressed=compressed,
            tag=headers[b"etag"].decode(),
            whole=tuple((name, value) for name, value in start["headers"] if name not in ANEW),
            not_modified=(*((name, headers[name]) for name in OF_NOT_MODIFIED if name in headers), FROM_MEMORY),
        )


@lru_cache(256)
def _accepts_gzip(accept_encoding: bytes) -> bool:
    return accepts_gzip(accept_encoding.decode("latin-1"))


def _holds(if_none_match: bytes, tag: str) -> bool:
    held = if_none_match.decode("latin-1")
    return held == tag or matching_tag(held, tag.strip('"').removesuffix(GZIP_SUFFIX)) == tag
