"""The rules of the tiers, with a warehouse and a clock that the test moves."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from nova_api.cache.entry import Entry
from nova_api.cache.memory import MemoryTier
from nova_api.cache.policy import Policy
from nova_api.cache.reader import Reader, Tiers
from nova_api.database import Snapshot
from nova_api.errors import UnavailableError
from nova_api.items.schemas import ItemRequest
from nova_api.kpis.schemas import KpiList
from nova_api.versions import DatasetVersion, Known

pytestmark = pytest.mark.anyio

DATASET = "analytics.mv_kpi_summary"
POLICY = Policy("getItem", (DATASET,), ttl=100, max_stale=1000)


@dataclass
class World:
    """What the reader leans on, all in the test's hand."""

    version: int = 1
    away: bool = False
    known_version: int | None = 1
    known_at: float = 0.0
    now: float = 0.0
    loads: int = 0
    shared: dict[str, Entry] = field(default_factory=dict)
    pause: asyncio.Event | None = None

    @asynccontextmanager
    async def snapshot(self, datasets: tuple[str, ...]):
        if self.away:
            raise UnavailableError("away")
        self.loads += 1
        seen = self.version
        if self.pause is not None:
            await self.pause.wait()
        yield Snapshot(dict.fromkeys(datasets, seen), None)

    def _known(self, version: int) -> Known:
        moment = datetime.now(UTC)
        row = DatasetVersion(
            dataset=DATASET,
            version=version,
            row_count=0,
            data_through=None,
            run_id=None,
            changed_at=moment,
            materialized_at=moment,
        )
        return Known({DATASET: row}, self.known_at)

    @property
    def confirmed(self) -> Known | None:
        return None if self.away or self.known_version is None else self._known(self.known_version)

    @property
    def last_known(self) -> Known | None:
        return None if self.known_version is None else self._known(self.known_version)

    async def get(self, key: str) -> Entry | None:
        return self.shared.get(key)

    async def put(self, key: str, entry: Entry, seconds: int) -> None:
        if key not in self.shared or self.shared[key].stamp <= entry.stamp:
            self.shared[key] = entry

    async def state(self):
        return "ok", "in the test's hand"

    async def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def reader(world) -> Reader:
    return new_process(world)


def new_process(world: World) -> Reader:
    return Reader(world, world, Tiers(MemoryTier(100_000), world), "r", lambda: world.now)


async def load(snapshot: Snapshot) -> KpiList:
    return KpiList(data=[], versions=snapshot.versions)


async def ask(reader: Reader) -> tuple[str, int]:
    answer = await reader.answer(reader.question(POLICY, ItemRequest("A")), load)
    return answer.source, answer.entry.versions[DATASET]


async def test_the_nearest_tier_with_the_current_version_answers(world, reader):
    assert await ask(reader) == ("database", 1)
    assert await ask(reader) == ("memory", 1)
    assert await ask(new_process(world)) == ("redis", 1)
    assert world.loads == 1


async def test_a_newer_version_makes_every_kept_answer_a_miss(world, reader):
    await ask(reader)
    world.version = world.known_version = 2
    assert await ask(reader) == ("database", 2)
    assert await ask(new_process(world)) == ("redis", 2)


async def test_an_answer_newer_than_the_known_version_is_good(world, reader):
    world.version = 2
    assert await ask(reader) == ("database", 2)
    assert await ask(reader) == ("memory", 2)


async def test_an_answer_is_read_again_after_its_ttl_though_no_version_moved(world, reader):
    await ask(reader)
    world.now = POLICY.ttl + 1
    assert await ask(reader) == ("database", 1)


async def test_while_postgres_is_away_kept_answers_are_stale_until_they_are_too_old(world, reader):
    await ask(reader)
    world.away, world.known_at, world.now = True, 50, 50 + POLICY.max_stale
    assert await ask(reader) == ("stale", 1), "it was current when the versions were last read"
    assert await ask(new_process(world)) == ("stale", 1)
    world.now += 1
    with pytest.raises(UnavailableError):
        await ask(reader)


async def test_an_answer_known_to_be_superseded_is_stale_from_when_it_was_read(world, reader):
    await ask(reader)
    world.known_version, world.away = 2, True
    world.known_at = world.now = POLICY.max_stale + 1
    with pytest.raises(UnavailableError):
        await ask(reader)


async def test_a_failing_query_is_covered_by_a_kept_answer(world, reader, monkeypatch):
    await ask(reader)
    world.version = world.known_version = 2

    @asynccontextmanager
    async def full(datasets):
        raise UnavailableError("no room")
        yield

    monkeypatch.setattr(world, "snapshot", full)
    assert await ask(reader) == ("stale", 1)


async def test_who_knows_of_a_newer_version_does_not_share_an_earlier_reading(world, reader):
    world.pause = asyncio.Event()
    early = asyncio.create_task(ask(reader))
    await asyncio.sleep(0.01)
    world.version = world.known_version = 2
    late = asyncio.create_task(ask(reader))
    await asyncio.sleep(0.01)
    world.pause.set()
    assert (await early, await late) == (("database", 1), ("database", 2))
    assert await ask(reader) == ("memory", 2), "the slow reader must not bring the older answer back"
    assert [entry.versions[DATASET] for entry in world.shared.values()] == [2]
