"""Answers from the nearest tier that holds one made from the current versions: memory, Redis, PostgreSQL.

The promises: an answer is never older than the versions that this process knows; rows and versions of an answer come
from one snapshot; many callers cost one reading; where the versions cannot be confirmed a kept answer is given marked
stale, for as long as its policy allows, and after that none.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Literal, Protocol

import msgspec

from nova_api.cache.entry import Entry, make_entry
from nova_api.cache.flight import SingleFlight
from nova_api.cache.keys import canonical_key
from nova_api.cache.memory import MemoryTier
from nova_api.cache.policy import Policy
from nova_api.cache.shared import SharedTier
from nova_api.database import Snapshot
from nova_api.errors import UnavailableError
from nova_api.versions import Known
from nova_api.vocabulary import Versioned

Source = Literal["memory", "redis", "database", "stale"]
Load = Callable[[Snapshot], Awaitable[Versioned]]


class Warehouse(Protocol):
    """Where answers are made."""

    def snapshot(self, datasets: tuple[str, ...]) -> AbstractAsyncContextManager[Snapshot]:
        """One state of the datasets, with their versions in it."""
        ...


class KnownVersions(Protocol):
    """What is known of the versions."""

    @property
    def confirmed(self) -> Known | None:
        """The versions, while they can be relied on."""
        ...

    @property
    def last_known(self) -> Known | None:
        """The versions when they were last read."""
        ...


@dataclass(frozen=True)
class Question:
    """A validated request under the name it is kept by."""

    key: str
    policy: Policy


@dataclass(frozen=True)
class Answer:
    """An entry, and where it came from."""

    entry: Entry
    source: Source


@dataclass(frozen=True)
class Tiers:
    """The places where answers are kept, nearest first."""

    memory: MemoryTier
    shared: SharedTier


class Reader:
    """Gives answers."""

    def __init__(
        self,
        warehouse: Warehouse,
        versions: KnownVersions,
        tiers: Tiers,
        representation: str,
        now: Callable[[], float],
    ) -> None:
        """Compose the tiers.

        Args:
            warehouse: where answers are made.
            versions: what is known of the versions.
            tiers: where answers are kept.
            representation: digest of the contract of the bodies; see `nova_api.cache.keys`.
            now: Unix time.
        """
        self._warehouse = warehouse
        self._versions = versions
        self._memory = tiers.memory
        self._shared = tiers.shared
        self._representation = representation
        self._now = now
        self._flights: SingleFlight[Answer] = SingleFlight()

    def question(self, policy: Policy, request: msgspec.Struct) -> Question:
        """Name a validated request."""
        return Question(canonical_key(self._representation, policy.operation, request), policy)

    def current(self, question: Question) -> dict[str, int] | None:
        """Versions that an answer must be made from; None while they cannot be confirmed."""
        known = self._versions.confirmed
        return None if known is None else known.versions(question.policy.datasets)

    def at_hand(self, question: Question) -> Entry | None:
        """The answer in memory, when it is surely the current one."""
        current = self.current(question)
        kept = self._memory.get(question.key)
        fresh = current is not None and kept is not None and self._is_fresh(kept, current, question.policy)
        return kept if fresh else None

    async def answer(self, question: Question, load: Load) -> Answer:
        """Answer a question.

        Raises:
            UnavailableError: when PostgreSQL is away and nothing kept may be given.
            UnknownError, RefusedError: whatever `load` raises.
        """
        current = self.current(question)
        if current is None:
            return await self._unconfirmed(question, load)
        kept = self.at_hand(question)
        if kept is not None:
            return Answer(kept, "memory")
        try:
            return await self._fly(question, load, current)
        except UnavailableError:
            stale = await self._stale(question)
            if stale is None:
                raise
            return stale

    async def _fly(self, question: Question, load: Load, current: Mapping[str, int]) -> Answer:
        # The versions belong to the flight's key: who knows of a newer version must not board an earlier reading.
        flight = (question.key, tuple(sorted(current.items())))
        return await self._flights.run(flight, lambda: self._fetch(question, load, current))

    async def _fetch(self, question: Question, load: Load, current: Mapping[str, int]) -> Answer:
        shared = await self._shared.get(question.key)
        if shared is not None and self._is_fresh(shared, current, question.policy):
            self._memory.put(question.key, shared)
            return Answer(shared, "redis")
        return await self._load(question, load)

    async def _load(self, question: Question, load: Load) -> Answer:
        policy = question.policy
        async with self._warehouse.snapshot(policy.datasets) as snapshot:
            document = await load(snapshot)
        entry = await make_entry(document, self._now())
        self._memory.put(question.key, entry)
        await self._shared.put(question.key, entry, policy.ttl + policy.max_stale)
        return Answer(entry, "database")

    async def _unconfirmed(self, question: Question, load: Load) -> Answer:
        stale = await self._stale(question)
        if stale is not None:
            return stale
        return await self._flights.run((question.key, None), lambda: self._load(question, load))

    async def _stale(self, question: Question) -> Answer | None:
        kept = [self._memory.get(question.key), await self._shared.get(question.key)]
        latest = max((entry for entry in kept if entry is not None), key=lambda entry: entry.stamp, default=None)
        if latest is None or self._unconfirmed_for(latest, question.policy) > question.policy.max_stale:
            return None
        return Answer(latest, "stale")

    def _is_fresh(self, entry: Entry, current: Mapping[str, int], policy: Policy) -> bool:
        return entry.covers(current) and self._now() - entry.stored_at <= policy.ttl

    def _unconfirmed_for(self, entry: Entry, policy: Policy) -> float:
        known = self._versions.last_known
        was_current = known is not None and entry.covers(known.versions(policy.datasets))
        confirmed_at = max(entry.stored_at, known.read_at) if known is not None and was_current else entry.stored_at
        return self._now() - confirmed_at
