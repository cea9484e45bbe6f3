"""A backfill that is killed anywhere leaves old rows or new ones, and running it again makes what was to be made.

Each point is a request to PostgreSQL, of the warehouse or of the ERP, at which the run's process, its sessions, the
server or the network ends: the same seed strikes at the same steps, however fast the machine is.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import cycle, islice
from multiprocessing.process import BaseProcess
from pathlib import Path

import psycopg
import pytest

from nova_assets.partitions import Window
from nova_assets.settings import PROJECT_ROOT
from nova_local.embedded import Services
from tests.conftest import Database
from tests.support import backfills
from tests.support.company import DAYS_BETWEEN, EARLIER, LAST_DAY, LATER, Company, company
from tests.support.proxy import Proxy, Request
from tests.support.snapshots import Content, State, states

SEED = 7
POINTS = 52
DAYS = Window(LAST_DAY - timedelta(days=1), LAST_DAY + timedelta(days=DAYS_BETWEEN))
PATIENCE = 120  # seconds for a run that takes one or two
WAREHOUSE = "struck"

States = dict[str, State]
Way = Callable[["Site", BaseProcess], None]


@dataclass
class Site:
    """The company behind a proxy, and what an undisturbed backfill makes of each of its ERPs."""

    company: Company
    proxy: Proxy
    log: Path
    loaded: dict[str, States] = field(default_factory=dict)
    requests: dict[str, int] = field(default_factory=dict)

    def load(self, erp_database: str) -> None:
        """A backfill that nothing disturbs."""
        self.proxy.arm()
        assert self.run_to_its_end(self._backfill(erp_database)) == 0, self.log.read_text()

    def load_struck(self, erp_database: str, way: Way, part: float) -> Request:
        """A backfill that is struck when this part of its requests was made; returns the request."""
        run = self._backfill(erp_database)
        number = int(part * self.requests[erp_database])
        self.proxy.arm(number, lambda: way(self, run))
        code = self.run_to_its_end(run)
        assert self.proxy.has_struck, "the backfill ended before it was struck"
        assert code != 0, "nobody noticed the strike"
        if self.company.running.process.poll() is not None:
            self.company.start()
        return self.proxy.requests[number]

    def run_to_its_end(self, run: BaseProcess) -> int:
        """The exit code of a run; one that hangs fails the test."""
        run.start()
        run.join(PATIENCE)
        if run.exitcode is None:
            run.kill()
            pytest.fail(f"a backfill did not end within {PATIENCE} s")
        return run.exitcode

    def states(self) -> States:
        with psycopg.connect(self.company.admin_url(WAREHOUSE)) as connection:
            return states(connection, backfills.TABLES)

    def _backfill(self, erp_database: str) -> BaseProcess:
        environment = self.company.environment(self.proxy.port, WAREHOUSE, erp_database)
        return backfills.backfill(DAYS, environment, self.log)


@dataclass(frozen=True)
class Point:
    """Where a load is struck: how, at which part of its requests, and whether other rows were there before it."""

    way: str
    part: float
    erp: str
    from_nothing: bool


def points() -> Iterator[Point]:
    """Every way of striking, all along the load; the ERP alternates so that each load has something to change."""
    chosen = random.Random(SEED)
    ways = list(islice(cycle(WAYS), POINTS))
    chosen.shuffle(ways)
    for number, way in enumerate(ways):
        part = (number * 29 % POINTS + chosen.random()) / POINTS
        yield Point(way, part, (LATER, EARLIER)[number % 2], from_nothing=number % 6 == 4)


def end_process(site: Site, run: BaseProcess) -> None:
    run.kill()


def end_sessions(site: Site, run: BaseProcess) -> None:
    with psycopg.connect(site.company.server.url) as administrator:
        administrator.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename IN ('nova_pipeline', 'nova_erp_ro')"
        )


def end_server(site: Site, run: BaseProcess) -> None:
    """An immediate shutdown, as after a crash; it is started again when the run has ended."""
    os.kill(site.company.running.process.pid, signal.SIGQUIT)
    site.company.running.process.wait(PATIENCE)


def end_network(site: Site, run: BaseProcess) -> None:
    site.proxy.cut()


WAYS: dict[str, Way] = {
    "process": end_process,
    "sessions": end_sessions,
    "network": end_network,
    "server": end_server,
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("struck")
    with company(folder) as made, Proxy(made.server.port) as proxy, pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("ERP_URL", "set for each run")
        found = Site(made, proxy, folder / "runs.log")
        for erp_database in (EARLIER, LATER):
            made.new_warehouse(WAREHOUSE)
            found.load(erp_database)
            found.loaded[erp_database] = found.states()
            found.requests[erp_database] = len(proxy.requests)
        yield found


def assert_old_or_new(before: States, after: States, wanted: States) -> None:
    """Each table is what it was under its old version, or what it was to become under a newer one."""
    for relation, state in after.items():
        same_version = state.version == before[relation].version
        expected = before[relation] if same_version else wanted[relation]
        assert state.content == expected.content, relation
        assert state.told_rows == (state.content.rows if state.version else 0), relation


def step_of(request: Request) -> str:
    """What a request does, for counting: its first words, and the table it names."""
    named = re.search(r"(?:candidate_|staging\"?\.\"?|core\"?\.\"?|from )(\w+)", request.text, re.IGNORECASE)
    return f"{' '.join(request.text.split()[:2])} {named[1] if named else ''}".strip() or "COPY data"


def test_a_struck_backfill_leaves_old_rows_or_new_ones_and_running_it_again_completes_it(site: Site):
    steps: dict[str, set[str]] = {way: set() for way in WAYS}
    half_done = 0
    for point in points():
        if point.from_nothing:
            site.company.new_warehouse(WAREHOUSE)
        before, wanted = site.states(), site.loaded[point.erp]
        struck = site.load_struck(point.erp, WAYS[point.way], point.part)
        steps[point.way].add(step_of(struck))
        after = site.states()
        assert_old_or_new(before, after, wanted)
        half_done += before != after and contents(after) != contents(wanted)

        site.load(point.erp)
        again = site.states()
        assert contents(again) == contents(wanted), point
        assert_old_or_new(after, again, wanted)
    assert len(set().union(*steps.values())) >= POINTS / 2, steps
    assert all(len(hit) >= POINTS / len(WAYS) / 2 for hit in steps.values()), steps
    assert half_done >= POINTS / 2, "most strikes must fall between the first table and the last"


def contents(found: States) -> dict[str, Content]:
    return {relation: state.content for relation, state in found.items()}


@pytest.fixture
def command_environment(services: Services, database: Database, tmp_path: Path) -> dict[str, str]:
    """What `nova backfill` runs with: Dagster's state in PostgreSQL, with the pools of the one configuration."""
    shutil.copy(PROJECT_ROOT / "dagster.yaml", tmp_path)
    return {
        **os.environ,
        "DATABASE_URL": database.pipeline_url,
        "DAGSTER_DATABASE_URL": services.environment["DAGSTER_DATABASE_URL"],
        "DAGSTER_HOME": str(tmp_path),
    }


def test_commands_that_were_killed_keep_no_place_from_those_after_them(
    command_environment: dict[str, str], database: Database
):
    command = [sys.executable, "-m", "nova_assets.backfill", "--asset", "core.dim_site"]
    with psycopg.connect(database.admin_url) as holder:
        # The runs wait for the table, each with a place in the pool, which has two.
        holder.execute("SELECT pg_advisory_xact_lock(hashtextextended('core.dim_site', 0))")
        killed: list[subprocess.Popen[bytes]] = []
        for _ in range(2):
            killed.append(subprocess.Popen(command, env=command_environment, cwd=PROJECT_ROOT))
            wait_until(lambda: waiting(database) == len(killed))
        for process in killed:
            process.kill()
            process.wait()
    done = subprocess.run(
        command, env=command_environment, cwd=PROJECT_ROOT, capture_output=True, text=True, timeout=PATIENCE
    )
    assert done.returncode == 0, done.stderr


def waiting(database: Database) -> int:
    with psycopg.connect(database.admin_url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_locks AS l INNER JOIN pg_database AS d ON d.oid = l.database"
            " WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()"
        ).fetchone()
    return row[0] if row else 0


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "the commands never came to wait for the table"
        time.sleep(0.1)
