"""A real HTTP server on this machine that answers as the public sources do, or as badly as a test wants."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

from nova_assets.extracts.external import bcb_ptax, bcb_sgs, ibge_sidra, inmet, open_meteo
from nova_assets.resources.http import Http

ORIGINS = (
    bcb_sgs.ORIGIN,
    bcb_ptax.ORIGIN,
    ibge_sidra.ORIGIN,
    inmet.ORIGIN,
    open_meteo.ARCHIVE_ORIGIN,
    open_meteo.FORECAST_ORIGIN,
)


@dataclass(frozen=True)
class Request:
    """What was asked: path, query, headers."""

    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Reply:
    """An answer; `cut_at` closes the connection after so many bytes, `delay` seconds pass before it."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cut_at: int | None = None
    delay: float = 0.0


Answer = Callable[[Request], Reply]


@dataclass
class PublicServer:
    """The server while it runs: `answer` may be exchanged, `requests` are those it was sent, with their instants."""

    origin: str
    answer: Answer
    requests: list[Request] = field(default_factory=list)
    instants: list[float] = field(default_factory=list)

    def http(self, **settings: object) -> Http:
        """The real client, quick to try again, sent here instead of to the public hosts."""
        quick = {"first_wait_seconds": 0.01, "requests_per_second": 1000.0, "connect_seconds": 1.0}
        return Http(mirrors=dict.fromkeys(ORIGINS, self.origin), **{**quick, **settings})  # pyright: ignore[reportArgumentType]


@contextmanager
def serve(answer: Answer) -> Iterator[PublicServer]:
    """A server on a free port of this machine for the time of the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            query = {name: values[-1] for name, values in parse_qs(url.query, keep_blank_values=True).items()}
            request = Request(url.path, query, dict(self.headers))
            server.requests.append(request)
            server.instants.append(time.monotonic())
            self.reply(server.answer(request))

        def reply(self, reply: Reply) -> None:
            time.sleep(reply.delay)
            try:
                self.send_response(reply.status)
                for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(reply.body[: reply.cut_at])
            except (BrokenPipeError, ConnectionResetError):
                return  # the client lost its patience, as the test wanted

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: pytest shows what was asked by `requests`."""

    listener = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listener.daemon_threads = True
    server = PublicServer(f"http://127.0.0.1:{listener.server_port}", answer)
    thread = Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listener.shutdown()
        listener.server_close()
        thread.join()


def in_turn(*replies: Reply) -> Answer:
    """One reply after the other, the last one for ever."""
    left = list(replies)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]
