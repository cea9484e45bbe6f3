"""The second tier: answers that the API's processes share in Redis.

Redis may be slow, full or gone at any time. No failure of it reaches a client: a read that fails is a miss.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from typing import Any, Literal, Protocol, TypeVar, runtime_checkable

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from nova_api.cache.breaker import Breaker
from nova_api.cache.entry import CorruptEntryError, Entry, pack, unpack

T = TypeVar("T")
State = Literal["ok", "absent", "failed"]
log = logging.getLogger(__name__)

PUT_UNLESS_OLDER = """
local present = redis.call('HGET', KEYS[1], 'stamp')
if present and tonumber(present) > tonumber(ARGV[1]) then
    return 0
end
redis.call('HSET', KEYS[1], 'stamp', ARGV[1], 'entry', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
"""
"""A slow reader's answer from an earlier state must not replace a newer one."""


@runtime_checkable
class SharedTier(Protocol):
    """Answers that outlive a process."""

    async def get(self, key: str) -> Entry | None:
        """The answer kept under a key; None when there is none or it cannot be had."""
        ...

    async def put(self, key: str, entry: Entry, seconds: int) -> None:
        """Keep an answer for about so many seconds unless one made from a later state is there."""
        ...

    async def state(self) -> tuple[State, str]:
        """`ok`, `absent` or `failed`, and why."""
        ...

    async def close(self) -> None:
        """Let go of the connections."""
        ...


class NoSharedTier:
    """Where there is no Redis: every process has its memory alone."""

    async def get(self, key: str) -> Entry | None:
        """Nothing is kept."""
        return None

    async def put(self, key: str, entry: Entry, seconds: int) -> None:
        """Nothing is kept."""

    async def state(self) -> tuple[State, str]:
        """Absent."""
        return "absent", "REDIS_URL is not set: each process has its memory tier alone"

    async def close(self) -> None:
        """Nothing to let go of."""


class RedisTier:
    """Answers in Redis, each a hash of its stamp and its bytes."""

    def __init__(self, url: str, timeout: float) -> None:
        """Every call ends within `timeout` seconds."""
        self._timeout = timeout
        self._redis: Redis = Redis.from_url(
            url, socket_timeout=timeout, socket_connect_timeout=timeout, retry=Retry(NoBackoff(), 0), max_connections=64
        )
        self._put = self._redis.register_script(PUT_UNLESS_OLDER)
        self._breaker = Breaker(threshold=5, pause=2.0, monotonic=time.monotonic)

    async def get(self, key: str) -> Entry | None:
        """The answer kept under a key; None when there is none or it cannot be had."""
        packed: Any = await self._guarded(lambda: self._redis.hget(key, "entry"))
        if packed is None:
            return None
        try:
            return unpack(packed)
        except CorruptEntryError:
            log.warning("redis holds something else under %s: taken as a miss", key)
            return None

    async def put(self, key: str, entry: Entry, seconds: int) -> None:
        """Keep an answer for about so many seconds, spread so that entries made together do not end together."""
        milliseconds = int(seconds * 1000 * random.uniform(0.9, 1.1))
        arguments = [entry.stamp, pack(entry), milliseconds]
        await self._guarded(lambda: self._put(keys=[key], args=arguments))

    async def state(self) -> tuple[State, str]:
        """Whether Redis answers."""
        answered = await self._guarded(self._redis.ping)
        return ("ok", "Redis answers") if answered else ("failed", "Redis does not answer: memory tier alone")

    async def close(self) -> None:
        """Let go of the connections."""
        await self._redis.aclose()

    async def _guarded(self, call: Callable[[], Awaitable[T]]) -> T | None:
        if not self._breaker.allows():
            return None
        try:
            async with asyncio.timeout(self._timeout):
                result = await call()
        except (RedisError, OSError, TimeoutError) as error:
            if self._breaker.failed():
                log.warning("redis left alone for a while, memory tier alone: %s: %s", type(error).__name__, error)
            return None
        if self._breaker.succeeded():
            log.info("redis is back")
        return result
