"""Load: closed loop by wrk for rates, open loop at a constant rate for latencies."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import shutil
import subprocess
import time
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import uvloop

from serving_stacks.warehouse import FIRST_DAY

CONNECTIONS = 16
SCRIPT = Path(__file__).parent / "requests.lua"


class NoGeneratorError(RuntimeError):
    """wrk is not installed."""


@dataclass(frozen=True)
class Load:
    """What wrk counted."""

    requests: int
    seconds: float

    @property
    def rate(self) -> float:
        """Answers per second."""
        return self.requests / self.seconds


@dataclass(frozen=True)
class Target:
    """What is asked: one address, or with `{number}` and `{from}` the series of one of so many items after another."""

    path: str
    items: int

    def address(self, number: int) -> str:
        """The address of the request of a number; `requests.lua` counts alike."""
        first_day = FIRST_DAY - timedelta(days=number // self.items)
        return self.path.replace("{number}", str(number % self.items + 1)).replace("{from}", first_day.isoformat())


def closed_loop(origin: str, target: Target, seconds: float, headers: Mapping[str, str], first: int = 0) -> Load:
    """Ask as fast as answers come, beginning with the request of the number `first`.

    Raises:
        NoGeneratorError: when wrk is not installed.
        RuntimeError: when an answer was no answer.
    """
    if shutil.which("wrk") is None:
        raise NoGeneratorError("wrk is not installed: apt-get install wrk")
    given = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    done = subprocess.run(
        ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s", "-s", SCRIPT, *given, origin],
        env={**os.environ, "BENCH_PATH": target.path, "BENCH_FIRST": str(first), "BENCH_ITEMS": str(target.items)},
        capture_output=True,
        text=True,
        check=True,
    )
    counted = json.loads(done.stdout.strip().splitlines()[-1])
    if counted["errors"]:
        raise RuntimeError(f"{origin}{target.path}: {counted['errors']} of {counted['requests']} requests failed")
    return Load(counted["requests"], counted["seconds"])


@dataclass(frozen=True)
class Latency:
    """Milliseconds from when a request was due until its answer was there, waiting for a connection included."""

    p50: float
    p99: float
    requests: int
    failed: int


class Connection(asyncio.Protocol):
    """One connection that sends one request at a time."""

    def __init__(self, idle: deque[Connection], waiting: deque[tuple[float, bytes]], latencies: list[float]) -> None:
        self._idle, self._waiting, self._latencies = idle, waiting, latencies
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()
        self._due = 0.0
        self.failed = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ready."""
        self._transport = transport  # pyright: ignore[reportAttributeAccessIssue]
        self._idle.append(self)

    def send(self, due: float, request: bytes) -> None:
        """Send a request that was due at a time of `perf_counter`."""
        self._due = due
        self._received.clear()
        assert self._transport is not None
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Collect the answer; when it is whole, note how long it took and send what waits."""
        self._received += data
        head = self._received.find(b"\r\n\r\n")
        if head < 0:
            return
        headers = bytes(self._received[:head]).lower()
        _, _, length = headers.partition(b"content-length:")
        if len(self._received) < head + 4 + int(length.partition(b"\r\n")[0] or 0):
            return
        self.failed += not headers.startswith((b"http/1.1 200", b"http/1.1 304"))
        self._latencies.append(time.perf_counter() - self._due)
        if self._waiting:
            self.send(*self._waiting.popleft())
        else:
            self._idle.append(self)


def open_loop(
    origin: str, addresses: Iterator[str], rate: float, seconds: float, headers: Mapping[str, str]
) -> Latency:
    """Ask at a constant rate whether or not answers come, so that a slow answer delays no later question."""
    gc.disable()
    try:
        return uvloop.run(_open_loop(origin, addresses, rate, seconds, headers))
    finally:
        gc.enable()


async def _open_loop(
    origin: str, addresses: Iterator[str], rate: float, seconds: float, headers: Mapping[str, str]
) -> Latency:
    address = urlsplit(origin)
    tail = f" HTTP/1.1\r\nHost: {address.netloc}\r\n" + "".join(f"{k}: {v}\r\n" for k, v in headers.items()) + "\r\n"
    idle: deque[Connection] = deque()
    waiting: deque[tuple[float, bytes]] = deque()
    latencies: list[float] = []
    loop = asyncio.get_running_loop()
    host, port = address.hostname or "", address.port or 80
    made = [await loop.create_connection(lambda: Connection(idle, waiting, latencies), host, port) for _ in range(64)]
    total = int(rate * seconds)
    started = time.perf_counter()
    for number in range(total):
        due = started + number / rate
        while (ahead := due - time.perf_counter()) > 0:
            await asyncio.sleep(ahead if ahead > 0.001 else 0)
        request = f"GET {next(addresses)}{tail}".encode()
        if idle:
            idle.pop().send(due, request)
        else:
            waiting.append((due, request))
    deadline = time.perf_counter() + 10
    while len(latencies) < total and time.perf_counter() < deadline:
        await asyncio.sleep(0.01)
    for transport, _ in made:
        transport.close()
    missing = total - len(latencies)
    measured = np.array([*latencies, *[10.0] * missing]) * 1000
    failed = missing + sum(connection.failed for _, connection in made)
    return Latency(float(np.percentile(measured, 50)), float(np.percentile(measured, 99)), total, failed)
