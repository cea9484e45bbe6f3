"""Freshness under all at once: writers, readers of two processes, and faults of all ways between them.

Two writers publish up to three datasets in a transaction; four readers ask two servers whose clocks are wrong;
meanwhile connections that listen are cut, Redis pauses or stops, and clocks jump. What was answered is compared with
what was committed, once all is over. Looks at the versions without a notification are a minute apart: none helps.
"""

from __future__ import annotations

import os
import random
import signal
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import httpx
import psycopg
import pytest
import redis
from psycopg import sql

from nova_api.auth.permissions import Role
from nova_local import valkey
from nova_local.home import Home
from nova_local.ports import any_free
from nova_local.valkey import RunningValkey
from tests.support import callers
from tests.support.histories import Answer, Commit, History, violations, worst_delay
from tests.support.served import served
from tests.support.skewed_clock import COMMAND, VARIABLE, set_offset

SECONDS = 6.0
BOUND = 1.0
"""Seconds within which every worker serves what was committed."""

WORKERS = 2
OVERVIEW, ITEM, DEMAND = "analytics.mv_item_overview", "core.dim_item", "core.fact_demand_daily"
HOLDS_VERSION = {OVERVIEW: "demand_52w", ITEM: "min_order_qty", DEMAND: "demand"}
"""The column of each dataset that the writers set to its version."""

BUMP = """
INSERT INTO support.dataset_versions VALUES (%s, 1, 1, '2024-06-30', 'run-1', now(), now())
ON CONFLICT (dataset) DO UPDATE SET version = dataset_versions.version + 1, changed_at = now()
RETURNING version
"""
CUT = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE application_name = 'nova_api versions' AND datname = current_database()"
)


@dataclass(frozen=True)
class Scene:
    """Two servers over one warehouse and one Redis, an item that is written and read, and what happened to it."""

    item_id: str
    origins: list[str]
    clocks: list[Any]
    cache: RunningValkey
    admin_url: str
    history: History
    over: threading.Event

    @property
    def questions(self) -> dict[str, Callable[[Any], dict[str, int]]]:
        """Addresses, with what the rows of their answers show."""
        return {
            f"/api/v1/items/{self.item_id}": lambda body: {
                OVERVIEW: int(body["demand_52w"]),
                ITEM: int(body["min_order_qty"]),
            },
            f"/api/v1/items?item_id={self.item_id}": lambda body: {OVERVIEW: int(body["data"][0]["demand_52w"])},
            f"/api/v1/items/{self.item_id}/timeseries?grain=day": lambda body: {DEMAND: _only(body["data"])},
        }


def _only(points: list[Any]) -> int:
    shown = {int(point["demand"]) for point in points}
    return shown.pop() if len(shown) == 1 else -1


def publish(connection: psycopg.Connection, datasets: list[str], item_id: str) -> dict[str, int]:
    """One transaction: rows, versions and notifications of some datasets; returns the versions."""
    versions = {}
    with connection.transaction():
        for dataset in sorted(datasets):  # in one order, so that writers wait for each other and never in a circle
            bumped = connection.execute(BUMP, [dataset]).fetchone()
            assert bumped is not None
            versions[dataset] = bumped[0]
            update = sql.SQL("UPDATE {} SET {} = %s WHERE item_id = %s").format(
                sql.Identifier(*dataset.split(".")), sql.Identifier(HOLDS_VERSION[dataset])
            )
            connection.execute(update, [bumped[0], item_id])
            connection.execute("SELECT pg_notify('nova_versions', %s)", [f"{dataset}:{bumped[0]}"])
    return versions


@pytest.fixture
def scene(warehouse, services, item, tmp_path) -> Iterator[Scene]:
    prepared = valkey.prepare(Home.create(tmp_path), any_free(), "secret")
    if prepared is None:
        pytest.skip("no Redis-compatible server on this machine")
    item_id = uuid.uuid4().hex
    warehouse.publish(OVERVIEW, [item(item_id, family=item_id)])
    warehouse.execute(
        "INSERT INTO core.dim_item (item_id, item_name, family, category, unit, is_service, criticality, min_order_qty,"
        " active, attributes) VALUES (%s, 'CONECTOR', 'CABOS', 'material', 'UN', false, 'M', 1, true, '{}')",
        item_id,
    )
    for day in ("2024-03-01", "2024-04-01", "2024-05-01"):
        warehouse.execute(
            "INSERT INTO core.fact_demand_daily (item_id, site_id, date, demand, request_lines)"
            " VALUES (%s, 'S1', %s, 0, 1)",
            item_id,
            day,
        )
    with psycopg.connect(warehouse.admin_url, autocommit=True) as connection:
        publish(connection, list(HOLDS_VERSION), item_id)
    with ExitStack() as cleanup:
        cache = prepared.start()
        cleanup.callback(cache.stop)
        clocks = [tmp_path / f"clock-{number}" for number in range(WORKERS)]
        origins = []
        for clock in clocks:
            set_offset(clock, 0)
            environment = {
                **os.environ,
                "NOVA_API_DATABASE_URL": warehouse.reader_url,
                "NOVA_API_WRITE_DATABASE_URL": warehouse.writer_url,
                "NOVA_API_TOKEN_KEYS": callers.KEYS,
                "NOVA_API_PORT": str(any_free()),
                "NOVA_API_POLL_INTERVAL": "60",
                # Nothing here is about waiting for a connection, which a busy machine makes slow.
                "NOVA_API_ACQUIRE_TIMEOUT": "10",
                "NOVA_API_LOG_LEVEL": "WARNING",
                "REDIS_URL": prepared.url,
                VARIABLE: str(clock),
            }
            origins.append(cleanup.enter_context(served(environment, COMMAND)))
        yield Scene(item_id, origins, clocks, cache, warehouse.admin_url, History(), threading.Event())
        cache.process.send_signal(signal.SIGCONT)


def write(scene: Scene, choice: random.Random) -> None:
    """Publish some of the datasets together, again and again."""
    with psycopg.connect(scene.admin_url, autocommit=True) as connection:
        # Bursts, and pauses in which nothing wakes who missed something.
        while not scene.over.wait(choice.uniform(0.0, 0.15) if choice.random() < 0.9 else choice.uniform(0.5, 1.5)):
            datasets = choice.sample(list(HOLDS_VERSION), choice.randint(1, 3))
            versions = publish(connection, datasets, scene.item_id)
            scene.history.commits.append(Commit(versions, time.monotonic()))


def read(scene: Scene, worker: int, choice: random.Random) -> None:
    """Ask one server, now and then only whether what is held is still current."""
    tags: dict[str, str] = {}
    with httpx.Client(base_url=scene.origins[worker], headers=callers.bearer(Role.VIEWER), timeout=30) as client:
        while not scene.over.wait(choice.uniform(0.0, 0.02)):
            address, shown_by = choice.choice(list(scene.questions.items()))
            held = {"If-None-Match": tags[address]} if address in tags and choice.random() < 0.3 else {}
            asked = time.monotonic()
            response = client.get(address, headers=held)
            whole = response.status_code == 200
            tags[address] = response.headers.get("etag", "")
            answer = Answer(
                worker=worker,
                address=address,
                asked=asked,
                answered=time.monotonic(),
                status=response.status_code,
                source=response.headers.get("x-cache"),
                tag=response.headers.get("etag"),
                versions=versions_of(response.headers.get("x-data-version", "")),
                rows=shown_by(response.json()) if whole else {},
                body=response.content if whole else None,
            )
            scene.history.answers.append(answer)


def versions_of(header: str) -> dict[str, int]:
    """What `X-Data-Version` says."""
    pairs = (pair.partition("=") for pair in header.split(", ") if pair)
    return {dataset: int(version) for dataset, _, version in pairs}


def disturb(scene: Scene, choice: random.Random) -> None:
    """One fault after another."""

    def cut() -> None:
        began = time.monotonic()
        connection.execute(CUT)
        scene.history.closed.append((began, time.monotonic()))

    def pause() -> None:
        client.client_pause(choice.randint(100, 700))

    def stop() -> None:
        scene.cache.process.send_signal(signal.SIGSTOP)
        scene.over.wait(choice.uniform(0.1, 0.7))
        scene.cache.process.send_signal(signal.SIGCONT)

    def jump() -> None:
        set_offset(choice.choice(scene.clocks), choice.uniform(-7200, 7200))

    url = scene.cache.server.url
    with psycopg.connect(scene.admin_url, autocommit=True) as connection, redis.Redis.from_url(url) as client:
        while not scene.over.wait(choice.uniform(0.1, 0.5)):
            choice.choice([cut, pause, stop, jump])()


def watch(scene: Scene) -> None:
    """Note when this machine is too busy for anybody."""
    pause = 0.01
    before = time.monotonic()
    while not scene.over.wait(pause):
        now = time.monotonic()
        if now - before > 2 * pause:
            scene.history.starved.append((now, now - before - pause))
        before = now


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_worker_serves_what_was_committed_within_a_second_and_never_a_mix(scene: Scene, seed):
    choice = random.Random(seed)
    failed: list[BaseException] = []

    def guarded(act: Callable[..., None], *arguments: Any) -> None:
        try:
            act(*arguments)
        except BaseException as error:
            failed.append(error)
            scene.over.set()

    acts = [
        *((write, scene, random.Random(choice.random())) for _ in range(2)),
        *((read, scene, number % WORKERS, random.Random(choice.random())) for number in range(2 * WORKERS)),
        (disturb, scene, random.Random(choice.random())),
        (watch, scene),
    ]
    threads = [threading.Thread(target=guarded, args=act) for act in acts]
    for thread in threads:
        thread.start()
    scene.over.wait(SECONDS)
    scene.over.set()
    for thread in threads:
        thread.join()
    assert not failed, failed
    history = scene.history
    print(f"{len(history.commits)} commits, {len(history.answers)} answers, latest {worst_delay(history):.3f} s")
    found = violations(history, BOUND)
    assert not found, f"{len(found)} violations:\n" + "\n".join(found[:10])
    assert len(history.commits) > 10
    assert {answer.worker for answer in history.answers} == set(range(WORKERS))
    assert {"memory", "database"} <= {answer.source for answer in history.answers}
    assert {200, 304} == {answer.status for answer in history.answers}
