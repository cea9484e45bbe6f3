"""Rates that all processes share, counted in Redis, from which each process leases tokens.

A process draws tokens for a caller and spends them without asking anybody; when half are spent it draws more behind the
answers. It begins with a few and doubles as long as they are spent in time, so that who asks seldom costs few tokens
more than requests. The tokens of a lease are counted when it is drawn: in any time t a caller is let through at most
burst + rate × t times, and `most_leased` times more for each process.

Where Redis is away each process keeps to its share of the rate by itself.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol, TypeVar

from redis.asyncio import Redis

from nova_api.audit.events import client_ip
from nova_api.auth.principal import caller
from nova_api.cache.flight import SingleFlight
from nova_api.errors import RateLimitedError
from nova_api.rates.gcra import SCRIPT, Draw, Rate, draw

T = TypeVar("T")
LEASE_SECONDS = 10.0
"""Time after which leased tokens that were not spent are void."""

REMEMBERED = 20_000
"""Callers whose leases a process keeps."""

log = logging.getLogger(__name__)


class Asks(Protocol):
    """Redis, as far as it answers."""

    async def ask(self, work: Callable[[Redis], Awaitable[T]]) -> T | None:
        """What a work on Redis gives; None when it cannot be had."""
        ...


class Lease:
    """What a process holds of a caller's tokens.

    Attributes:
        tokens: those that are left.
        low: when so many are left, more are drawn while they are spent; 0: not before the last one is.
        ends: when they are void (monotonic seconds).
        size: how many there were after the last draw that was granted in full.
        refused_until: before when there are surely none (monotonic seconds).
        full_at: the bucket of this process alone, for when Redis is away (monotonic microseconds).
    """

    __slots__ = ("ends", "full_at", "low", "refused_until", "size", "tokens")

    def __init__(self) -> None:
        self.tokens = 0
        self.low = 0
        self.ends = 0.0
        self.size = 0
        self.refused_until = 0.0
        self.full_at = 0


class RateLimiter:
    """Lets callers through as often as their rate permits."""

    def __init__(
        self, shared: Asks, rates: tuple[Rate, ...], processes: int, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """Prepare.

        Args:
            shared: where the tokens are counted.
            rates: those of an `account` and of an `address`; what has none is not limited.
            processes: how many share a rate when they cannot ask.
            monotonic: seconds.
        """
        self._shared = shared
        self._rates = {rate.name: rate for rate in rates}
        self._processes = processes
        self._monotonic = monotonic
        self._leases: dict[str, Lease] = {}
        self._draws: SingleFlight[None] = SingleFlight()
        self._drawing_ahead: set[asyncio.Task[None]] = set()
        self._alone = False

    def spend(self, scope: Mapping[str, Any]) -> bool:
        """Spend one leased token of a request's caller, if there is one; waits for nobody."""
        principal = caller(scope)
        asking = principal.user_id if principal is not None else address_of(scope)
        lease = self._leases.get(asking)
        if lease is None:
            return ("address" if principal is None else "account") not in self._rates
        if not lease.tokens or lease.ends <= self._monotonic():
            return False
        lease.tokens -= 1
        if lease.tokens == lease.low and lease.low:
            self._draw_ahead(asking, self._rates["address" if principal is None else "account"])
        return True

    async def admit(self, scope: Mapping[str, Any]) -> None:
        """Spend one token of a request's caller.

        Raises:
            RateLimitedError: when there is none.
        """
        principal = caller(scope)
        asking = principal.user_id if principal is not None else address_of(scope)
        while not self.spend(scope):
            rate = self._rates["address" if principal is None else "account"]
            lease = self._leases.get(asking)
            wait = lease.refused_until - self._monotonic() if lease is not None else 0.0
            if wait > 0:
                raise RateLimitedError(rate.name, rate.burst, rate.seconds_to_fill, wait)
            await self._draws.run(asking, lambda rate=rate: self._draw(asking, rate))

    def _draw_ahead(self, asking: str, rate: Rate) -> None:
        task = asyncio.ensure_future(self._draws.run(asking, lambda: self._draw(asking, rate)))
        self._drawing_ahead.add(task)
        task.add_done_callback(self._drawing_ahead.discard)

    async def _draw(self, asking: str, rate: Rate) -> None:
        lease = self._lease(asking)
        if lease.ends <= self._monotonic():
            lease.tokens = lease.size = 0
        size = min(2 * lease.size, most_leased(rate)) if lease.size else first_leased(rate)
        drawn = await self._draw_shared(asking, rate, max(1, size - lease.tokens))
        if drawn is None:
            share = rate.share(self._processes)
            size = 1
            drawn, lease.full_at = draw(share, lease.full_at, int(self._monotonic() * 1_000_000), 1)
        now = self._monotonic()
        lease.tokens += drawn.granted
        lease.size, lease.low, lease.ends = size, size // 2, now + LEASE_SECONDS
        lease.refused_until = now + drawn.wait / 1_000_000

    async def _draw_shared(self, asking: str, rate: Rate, wanted: int) -> Draw | None:
        async def work(redis: Redis) -> Any:
            key = f"nova:rate:v1:{rate.name}:{asking}"
            return await redis.eval(SCRIPT, 1, key, rate.interval, rate.burst, wanted)  # pyright: ignore[reportGeneralTypeIssues]

        answered = await self._shared.ask(work)
        if (answered is None) is not self._alone:
            self._alone = answered is None
            if self._alone:
                log.warning("the rate limit is not shared: this process lets through 1/%d of it", self._processes)
            else:
                log.info("the rate limit is shared again")
        return None if answered is None else Draw(*answered)

    def _lease(self, asking: str) -> Lease:
        lease = self._leases.get(asking)
        if lease is None:
            if len(self._leases) >= REMEMBERED:
                del self._leases[next(iter(self._leases))]
            lease = self._leases[asking] = Lease()
        return lease


def most_leased(rate: Rate) -> int:
    """Tokens that a process draws at a time: a twentieth of a burst, and no more than a second gains."""
    return max(1, min(rate.burst // 20, 1_000_000 // rate.interval))


def first_leased(rate: Rate) -> int:
    """Tokens that are drawn first: so few that those who ask seldom do not use up their rate at many processes."""
    return max(1, min(8, most_leased(rate) // 8))


def address_of(scope: Mapping[str, Any]) -> str:
    """The address that a request is counted for where nobody signed in; of IPv6 the network of a site."""
    address = client_ip(scope)
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is None:
        return str(ipaddress.ip_network((address, 64), strict=False).network_address)
    return str(address or "unknown")
