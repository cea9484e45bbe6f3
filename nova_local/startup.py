"""`nova up`, step by step: servers, schema, the first materialization, the parts of the Procfile."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nova_local import access, materialization, page, postgres, project, provision, state, valkey
from nova_local.credentials import load_or_create
from nova_local.embedded import Services
from nova_local.environment import child_environment
from nova_local.home import Home
from nova_local.materialization import Wish
from nova_local.orphans import CACHE, DATABASE, SERVERS
from nova_local.parts import API, PAGE, WEBSERVER, read_parts, runs
from nova_local.ports import LOOPBACK
from nova_local.postgres import Postgres
from nova_local.processes import POLITE
from nova_local.progress import Progress
from nova_local.service import Blueprint, blueprint_of
from nova_local.sources import provide, tell_of_a_change
from nova_local.supervisor import Supervisor, supervise
from nova_local.valkey import Valkey


@dataclass(frozen=True)
class Request:
    """What `nova up` was asked for."""

    procfile: Path
    wish: Wish
    lake: str | None = None


def run(home: Home, request: Request, progress: Progress) -> None:
    """Bring everything up, look after it until a stop is requested, and end it.

    Raises `LocalError` when a step fails; then everything that had started is stopped as well.
    """
    with supervise(home, progress) as supervisor:
        began = time.monotonic()
        bring_up(supervisor, request)
        announce(supervisor, time.monotonic() - began)
        supervisor.note(phase=state.READY)
        supervisor.look_after()


def bring_up(supervisor: Supervisor, request: Request) -> None:
    """All steps in their order; the page is built while the pipeline works."""
    home, progress = supervisor.home, supervisor.progress
    source = materialization.choose(home, request.wish)
    tell_of_a_change(home, source, progress)
    with progress.step("PostgreSQL and Valkey"):
        services = start_servers(supervisor)
    with progress.step("databases, migrations, roles"):
        provision.provision(services.environment)
    configure_dagster(home)
    source = provide(source, services, request.wish.size, progress)

    def environment() -> dict[str, str]:
        now = supervisor.state
        return child_environment(home, services, now.ports, request.lake, now.run_id, source.kind)

    access.ensure_admin(services, environment())
    build = start_build(request.procfile, environment(), supervisor)
    if not materialization.is_done(home, source):
        with progress.step(f"first materialization of {source}"):
            other = materialization.is_other_data(home, source)
            materialization.materialize(
                home, source, environment(), progress.detail, accept_drift=other, other_data=other
            )
    if build is not None and build.process is not None:
        with progress.step("the page's build"):
            build.wait()
    with progress.step("services"):
        supervisor.choose_ports(keep=SERVERS)  # others may have taken some in the meantime
        parts = read_parts(request.procfile, supervisor.state.ports)
        wanted = [part for part in parts if part.name != PAGE or build is not None]
        for_part = {part.name: access.part_environment(part.name, environment()) for part in wanted}
        supervisor.begin(
            [blueprint_of(part, for_part[part.name], project.ROOT, home.log(part.name)) for part in wanted]
        )


def start_servers(supervisor: Supervisor) -> Services:
    """PostgreSQL, and Valkey where this machine has it."""
    home, ports = supervisor.home, supervisor.state.ports
    credentials = load_or_create(home.secrets)
    server = postgres.prepare(home, ports[DATABASE], credentials.superuser)
    cache = valkey.prepare(home, ports[CACHE], credentials.cache)
    supervisor.begin([database_blueprint(server)])
    if cache is None:
        supervisor.progress.warn("no Redis-compatible server on this machine: the API caches in its own memory alone")
    else:
        supervisor.begin([cache_blueprint(cache)])
    return Services(server.port, credentials, cache.url if cache else None)


def database_blueprint(server: Postgres) -> Blueprint:
    def launch() -> subprocess.Popen:
        return server.start().process

    return Blueprint(DATABASE, f"postgresql://{LOOPBACK}:{server.port}", launch, runs, server.log, postgres.STOP)


def cache_blueprint(cache: Valkey) -> Blueprint:
    def launch() -> subprocess.Popen:
        return cache.start().process

    return Blueprint(CACHE, f"redis://{LOOPBACK}:{cache.port}", launch, runs, cache.log, POLITE)


def configure_dagster(home: Home) -> None:
    """Dagster's instance folder holds a copy of the project's dagster.yaml."""
    home.dagster.mkdir(exist_ok=True)
    configuration = project.ROOT / "dagster.yaml"
    if configuration.exists():
        shutil.copyfile(configuration, home.dagster / configuration.name)


def start_build(procfile: Path, environment: Mapping[str, str], supervisor: Supervisor) -> page.Build | None:
    """The page's build when the page is among the parts and Node is here; without Node all else still works."""
    if not any(part.name == PAGE for part in read_parts(procfile, supervisor.state.ports)):
        return None
    if not page.node_suffices():
        supervisor.progress.warn(
            f"no page: it needs Node {page.OLDEST_NODE_TEXT} or newer with npm; `nova doctor` says more"
        )
        return None
    return page.start_build(environment, supervisor.home.log(page.BUILD_LOG))


def announce(supervisor: Supervisor, seconds: float) -> None:
    """Where everything is and how to stop it."""
    progress = supervisor.progress
    addresses = {service.name: service.blueprint.address for service in supervisor.services}
    progress.say(f"\nNova is up after {seconds:.0f} s")
    for title, name, path in (
        ("page", PAGE, ""),
        ("API", API, "/schema"),
        ("Dagster", WEBSERVER, ""),
        ("PostgreSQL", DATABASE, ""),
        ("cache", CACHE, ""),
    ):
        if name in addresses:
            progress.say(f"  {title:<11}{addresses[name]}{path}")
    progress.say(f"  sign in    {access.how_to_sign_in()}")
    progress.say(f"  logs       {supervisor.home.logs}")
    progress.say("stop: `make down`, or Ctrl-C where it runs in front; what runs: `make status`")
