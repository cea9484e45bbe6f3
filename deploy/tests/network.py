"""Hosts of their own on this machine: a network namespace for each service, joined by a bridge.

Everything here needs to run in a network namespace that nobody else is in (`make test-deploy`); it ends with it.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

GATEWAY = "172.31.250.1"
BRIDGE = "bridge0"
NAMES = Path("/run/netns")


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)


def make_bridge() -> None:
    """The network `inside`, with this process at its gateway."""
    NAMES.mkdir(exist_ok=True)
    # What `ip` keeps of the namespaces shall end with them.
    subprocess.run(["mount", "-t", "tmpfs", "names", NAMES], check=True)
    _ip("link", "set", "lo", "up")
    _ip("link", "add", BRIDGE, "type", "bridge")
    _ip("address", "add", f"{GATEWAY}/24", "dev", BRIDGE)
    _ip("link", "set", BRIDGE, "up")


def add_host(name: str, number: int, address: str) -> None:
    """A namespace `name` with `address`. `number` tells its cable from others."""
    _ip("netns", "add", name)
    _ip("link", "add", f"nova{number}", "type", "veth", "peer", "name", "eth0", "netns", name)
    _ip("link", "set", f"nova{number}", "master", BRIDGE, "up")
    for words in (("link", "set", "lo", "up"), ("address", "add", f"{address}/24", "dev", "eth0")):
        _ip("-n", name, *words)
    _ip("-n", name, "link", "set", "eth0", "up")
    _ip("-n", name, "route", "add", "default", "via", GATEWAY)


def cut(number: int) -> None:
    """Pull the cable."""
    _ip("link", "set", f"nova{number}", "down")


def mend(number: int) -> None:
    """Plug it in again."""
    _ip("link", "set", f"nova{number}", "up")
