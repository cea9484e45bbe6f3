"""Who asks the topology, from outside: browsers and programs that trust its certificate."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx

from deploy.tests.topology import Topology

PAGE, API, DAGSTER = 8443, 9443, 3443


def ask(topology: Topology, port: int, token: str | None = None) -> httpx.Client:
    """A client of one of the proxy's ports; with a token, as its bearer, or at Dagster's with its cookie."""
    trusted = ssl.create_default_context(cafile=str(topology.secrets / "tls_certificate"))
    # The certificate is of a name; the test knows an address alone.
    trusted.check_hostname = False
    headers, cookies = {}, {}
    if token is not None and port == API:
        headers["Authorization"] = f"Bearer {token}"
    elif token is not None:
        cookies["__Host-nova_session"] = token
    return httpx.Client(
        base_url=f"https://{topology.addresses['proxy']}:{port}",
        verify=trusted,
        timeout=30,
        headers=headers,
        cookies=cookies,
    )


def sign_in(topology: Topology, login: str, password: str) -> str:
    """A token."""
    with ask(topology, API) as api:
        answer = api.post("/api/v1/auth/login", json={"login": login, "password": password})
        answer.raise_for_status()
        return answer.json()["token"]


@dataclass
class Load:
    """What callers were answered while something happened."""

    answered: int = 0
    failed: list[str] = field(default_factory=list)

    def note(self, status: int, text: str) -> None:
        self.answered += 1
        if status >= 500:
            self.failed.append(f"{status} {text[:200]}")


@contextmanager
def under_load(topology: Topology, token: str, callers: int = 4) -> Iterator[Load]:
    """Callers that read the API one after the other, as long as the context lasts."""
    load, over = Load(), threading.Event()
    paths = ("/api/v1/items", "/api/v1/recommendations", "/api/v1/kpis/summary")

    def call(first: int) -> None:
        with ask(topology, API, token) as api:
            for number in range(first, 1_000_000):
                if over.is_set():
                    return
                try:
                    answer = api.get(paths[number % len(paths)])
                    load.note(answer.status_code, answer.text)
                except httpx.HTTPError as error:
                    load.note(599, repr(error))
                time.sleep(0.01)

    threads = [threading.Thread(target=call, args=(number,)) for number in range(callers)]
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        over.set()
        for thread in threads:
            thread.join()
