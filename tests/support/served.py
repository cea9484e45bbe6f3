"""The API as its command serves it, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import httpx


@contextmanager
def served(environment: Mapping[str, str]) -> Iterator[str]:
    """Its origin, while the context lasts; it ends as a supervisor would end it.

    Args:
        environment: of the process; `NOVA_API_PORT` in it says where.
    """
    origin = f"http://127.0.0.1:{environment['NOVA_API_PORT']}"
    server = subprocess.Popen([sys.executable, "-m", "nova_api", "serve"], env=dict(environment))
    try:
        deadline = time.monotonic() + 60
        while not _answers(origin):
            assert time.monotonic() < deadline, "the server did not answer in 60 s"
            assert server.poll() is None, "the server ended"
            time.sleep(0.1)
        yield origin
    finally:
        server.terminate()
        ended = server.wait(30)
    assert ended == 0, "the server did not end cleanly"


def _answers(origin: str) -> bool:
    try:
        return httpx.get(f"{origin}/health/ready").status_code < 500
    except httpx.TransportError:
        return False
