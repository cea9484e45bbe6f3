"""Free TCP ports on the loopback interface."""

from __future__ import annotations

import socket
from collections.abc import Collection

from nova_local.errors import LocalError

LOOPBACK = "127.0.0.1"


def is_free(port: int) -> bool:
    """Whether a server could listen on `port` of the loopback interface now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def any_free() -> int:
    """A port that the kernel says is free."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return probe.getsockname()[1]


def first_free(preferred: int, taken: Collection[int] = (), *, tries: int = 100) -> int:
    """`preferred`, or the next port above it that is free and not in `taken`."""
    for port in range(preferred, preferred + tries):
        if port not in taken and is_free(port):
            return port
    raise LocalError(f"no free port between {preferred} and {preferred + tries - 1} on {LOOPBACK}")
