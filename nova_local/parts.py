"""The parts of Nova: their names, usual ports, addresses and what tells that each is well.

The commands stand in the Procfile; PostgreSQL and Valkey have supervisors of their own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from honcho.environ import parse_procfile

from nova_local import health
from nova_local.errors import LocalError
from nova_local.orphans import CACHE, DATABASE
from nova_local.ports import LOOPBACK, first_free, is_free

WAREHOUSE, FORECASTING, WEBSERVER, DAEMON, API, PAGE = "warehouse", "forecasting", "dagster", "daemon", "api", "page"

USUAL_PORTS: Mapping[str, int] = {
    DATABASE: 5433,
    CACHE: 6390,
    WEBSERVER: 3070,
    WAREHOUSE: 4070,
    FORECASTING: 4071,
    API: 8000,
    PAGE: 3000,
}
UNKNOWN_SETTLES = 2.0  # seconds that a part without a health check must run to count as well


@dataclass(frozen=True)
class Part:
    """A process of the Procfile. `after` names the parts that must be well before it starts; it must have run for
    `settle` seconds before it counts as well."""

    name: str
    command: str
    address: str
    is_well: health.Check
    after: tuple[str, ...]
    settle: float


def choose_ports(remembered: Mapping[str, int], keep: Collection[str] = ()) -> dict[str, int]:
    """A port for every part: the one of last time if it is free, else the usual one, else the next.

    Those named in `keep` are in use by their own parts and stay.
    """
    chosen = {name: remembered[name] for name in keep}
    for name, usual in USUAL_PORTS.items():
        if name not in chosen:
            last = remembered.get(name, usual)
            free = last not in chosen.values() and is_free(last)
            chosen[name] = last if free else first_free(usual, chosen.values())
    return chosen


def read_parts(procfile: Path, ports: Mapping[str, int]) -> list[Part]:
    """The parts that `procfile` starts, each with its health check; one that we do not know must only run."""
    try:
        commands = parse_procfile(procfile.read_text(encoding="utf-8")).processes
    except (OSError, AssertionError) as error:
        raise LocalError(f"{procfile} cannot be read: {error}") from None
    checks, order = health_checks(ports), start_order()
    return [
        Part(
            name=name,
            command=command,
            address=address_of(name, ports),
            is_well=checks.get(name, runs),
            after=tuple(earlier for earlier in order.get(name, ()) if earlier in commands),
            settle=0.0 if name in checks else UNKNOWN_SETTLES,
        )
        for name, command in commands.items()
    ]


def address_of(name: str, ports: Mapping[str, int]) -> str:
    """As a person would type it; a code server speaks gRPC and the daemon has none."""
    if name in (WAREHOUSE, FORECASTING):
        return f"grpc://{LOOPBACK}:{ports[name]}"
    return f"http://{LOOPBACK}:{ports[name]}" if name in ports else ""


def health_checks(ports: Mapping[str, int]) -> dict[str, health.Check]:
    webserver = address_of(WEBSERVER, ports)
    return {
        WAREHOUSE: lambda: health.listens(ports[WAREHOUSE]),
        FORECASTING: lambda: health.listens(ports[FORECASTING]),
        WEBSERVER: lambda: health.answers(f"{webserver}/server_info") and health.locations_loaded(webserver),
        DAEMON: lambda: health.daemons_healthy(webserver),
        API: lambda: health.answers(f"{address_of(API, ports)}/health/ready"),
        PAGE: lambda: health.answers(f"{address_of(PAGE, ports)}/healthz"),
    }


def start_order() -> dict[str, tuple[str, ...]]:
    """Dagster's own processes ask the code servers at once, and a location that is not there yet counts as broken."""
    return {WEBSERVER: (WAREHOUSE, FORECASTING), DAEMON: (WAREHOUSE, FORECASTING)}


def runs() -> bool:
    """The check of a part without an address: `Service` sees by itself whether it still runs."""
    return True
