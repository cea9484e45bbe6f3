"""A TCP proxy before PostgreSQL that reads along: it counts what clients ask, and strikes at a chosen request."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from nova_local.ports import LOOPBACK

# What a client may ask before it opens a session: TLS, or GSSAPI.
NEGOTIATIONS = (80877103, 80877104)
LENGTH = struct.Struct("!i")
TEXTS = {b"Q": 0, b"P": 1}
"""Messages that carry SQL, with the number of strings before it: queries, and Parse after the statement's name."""
COPY_DATA = b"d"


@dataclass(frozen=True)
class Request:
    """A message of a client: `text` is its SQL, empty for a piece of COPY data."""

    database: str
    text: str


class Proxy:
    """Listens on a port of its own from `with` on, in a thread of its own.

    `requests` are those seen since `arm`. When the chosen number is reached, the strike is called before the request
    goes on to the server; with `cut`, all connections are reset then, and new ones until the next `arm` or `mend`.
    """

    def __init__(self, server_port: int) -> None:
        self.requests: list[Request] = []
        self.port = 0
        self._server_port = server_port
        self._strike_at: int | None = None
        self._strike: Callable[[], None] | None = None
        self._down = False
        self._writers: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._ready = threading.Event()

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def arm(self, number: int | None = None, strike: Callable[[], None] | None = None) -> None:
        """Count anew, and strike at request `number`; without one, only count."""
        self.mend()
        self.requests, self._strike_at, self._strike = [], number, strike

    def cut(self) -> None:
        """Reset every connection, and refuse new ones until `mend`; to be called by a strike."""
        self._down = True
        for writer in list(self._writers):
            _reset(writer)

    def mend(self) -> None:
        self._down = False

    @property
    def has_struck(self) -> bool:
        return self._strike_at is not None and len(self.requests) > self._strike_at

    def _run(self) -> None:
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, LOOPBACK, 0))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._down:
            _reset(writer)
            return
        try:
            upstream, server = await asyncio.open_connection(LOOPBACK, self._server_port)
        except OSError:
            _reset(writer)
            return
        self._writers |= {writer, server}
        both = [
            asyncio.create_task(self._forward_requests(reader, server)),
            asyncio.create_task(_pump(upstream, writer)),
        ]
        # When one side is gone, so is the other.
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        for one in both:
            one.cancel()
        await asyncio.gather(*both, return_exceptions=True)
        self._writers -= {writer, server}
        for one in (writer, server):
            one.close()

    async def _forward_requests(self, reader: asyncio.StreamReader, server: asyncio.StreamWriter) -> None:
        database = await _forward_startup(reader, server)
        while True:
            head = await reader.readexactly(1 + LENGTH.size)
            kind, body = head[:1], await reader.readexactly(LENGTH.unpack(head[1:])[0] - LENGTH.size)
            if kind in TEXTS or kind == COPY_DATA:
                self._see(Request(database, _text(kind, body)))
            server.write(head + body)
            await server.drain()

    def _see(self, request: Request) -> None:
        self.requests.append(request)
        if self._strike and len(self.requests) - 1 == self._strike_at:
            self._strike()


async def _forward_startup(reader: asyncio.StreamReader, server: asyncio.StreamWriter) -> str:
    """Pass on what comes before the first typed message; returns the name of the database that is asked for."""
    while True:
        head = await reader.readexactly(LENGTH.size)
        body = await reader.readexactly(LENGTH.unpack(head)[0] - LENGTH.size)
        server.write(head + body)
        if LENGTH.unpack(body[: LENGTH.size])[0] not in NEGOTIATIONS:
            strings = body[LENGTH.size :].decode(errors="replace").split("\0")
            return dict(zip(strings[::2], strings[1::2], strict=False)).get("database", "")


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while content := await reader.read(1 << 16):
        writer.write(content)
        await writer.drain()


def _text(kind: bytes, body: bytes) -> str:
    return body.split(b"\0")[TEXTS[kind]].decode() if kind in TEXTS else ""


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close so that the peer sees a reset connection and not an orderly end."""
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
