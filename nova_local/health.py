"""Whether a part answers. Each check returns at once: true, or false when it is not there yet."""

from __future__ import annotations

import json
import socket
import urllib.error
import urllib.request
from collections.abc import Callable

from nova_local.ports import LOOPBACK

Check = Callable[[], bool]

LOCATIONS = """{ workspaceOrError { ... on Workspace { locationEntries {
    loadStatus locationOrLoadError { __typename } } } } }"""
DAEMONS = "{ instance { daemonHealth { allDaemonStatuses { required healthy } } } }"


def listens(port: int) -> bool:
    """A Dagster code server listens only once its definitions are loaded."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0


def answers(url: str) -> bool:
    """An HTTP server answers `url` with a status below 400."""
    try:
        with direct().open(url, timeout=5):
            return True
    except (urllib.error.URLError, OSError):
        return False


def locations_loaded(webserver: str) -> bool:
    """The Dagster webserver answers and has loaded all code locations without an error."""
    entries = ask(webserver, LOCATIONS, "workspaceOrError", "locationEntries") or []
    return bool(entries) and all(
        entry["loadStatus"] == "LOADED" and entry["locationOrLoadError"]["__typename"] == "RepositoryLocation"
        for entry in entries
    )


def daemons_healthy(webserver: str) -> bool:
    """Every daemon that this Dagster instance needs has sent a heartbeat."""
    statuses = ask(webserver, DAEMONS, "instance", "daemonHealth", "allDaemonStatuses") or []
    return bool(statuses) and all(status["healthy"] for status in statuses if status["required"])


def ask(webserver: str, query: str, *path: str) -> list | None:
    """One GraphQL query; the list at `path` in the answer, `None` when the server does not give it."""
    request = urllib.request.Request(
        f"{webserver}/graphql", json.dumps({"query": query}).encode(), {"Content-Type": "application/json"}
    )
    try:
        with direct().open(request, timeout=10) as answer:
            found = json.load(answer)["data"]
            for name in path:
                found = found[name]
            return found
    except (urllib.error.URLError, OSError, ValueError, KeyError, TypeError):
        return None


def direct() -> urllib.request.OpenerDirector:
    """Requests to this machine go past any proxy of the environment."""
    return urllib.request.build_opener(urllib.request.ProxyHandler({}))
