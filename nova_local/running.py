"""What another command needs of a Nova that runs already: its servers, its environment."""

from __future__ import annotations

import os
from pathlib import Path

from nova_local import valkey
from nova_local.credentials import load_or_create
from nova_local.embedded import Services
from nova_local.environment import child_environment
from nova_local.errors import LocalError
from nova_local.files import is_locked
from nova_local.home import Home
from nova_local.materialization import Wish, choose_kind
from nova_local.orphans import CACHE, DATABASE
from nova_local.postgres import wheel_binaries
from nova_local.state import State, load


def require_running(home: Home) -> State:
    """The state of the running Nova; raises `LocalError` when its PostgreSQL is not up."""
    recorded = load(home.state)
    if not is_locked(home.lock) or not recorded.address(DATABASE):
        raise LocalError("Nova is not running: `nova up` first")
    return recorded


def running_services(home: Home, recorded: State) -> Services:
    """Addresses of the servers that the recorded run started."""
    credentials = load_or_create(home.secrets)
    cache = valkey.url(recorded.ports[CACHE], credentials.cache) if recorded.address(CACHE) else None
    return Services(recorded.ports[DATABASE], credentials, cache)


def running_environment(home: Home, lake: str | None, kind: str | None = None) -> dict[str, str]:
    """The environment of a part of the running Nova, with this kind of source or else that of last time."""
    recorded = require_running(home)
    chosen = kind or choose_kind(home, Wish())
    return child_environment(home, running_services(home, recorded), recorded.ports, lake, recorded.run_id, chosen)


def psql(home: Home) -> tuple[Path, dict[str, str]]:
    """The embedded `psql` and an environment that connects it to the warehouse as the superuser."""
    services = running_services(home, require_running(home))
    return wheel_binaries() / "psql", {**os.environ, **services.libpq_environment}
