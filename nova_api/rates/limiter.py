"""Rates that all processes share, counted in Redis, from which each process leases tokens.

A process draws tokens for a caller ahead and spends them without asking anybody. It begins with one and doubles as long
as they are spent in time, so that who asks seldom costs no more tokens than requests. The tokens of a lease are counted
when it is drawn: in any time t a caller is let through at most burst + rate × t times, and `most_leased` times more for
each process.

Where Redis is away each process keeps to its share of the rate by itself.
"""

from __future__ import annotations

import ipaddress
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple, Protocol, TypeVar

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


class Caller(NamedTuple):
    """Whose tokens are spent: `account` or `address`, and which."""

    kind: str
    name: str


class Lease:
    """What a process holds of a caller's tokens.

    Attributes:
        tokens: those that are left.
        ends: when they are void (monotonic seconds).
        size: how many were asked for last.
        refused_until: before when there are surely none (monotonic seconds).
        full_at: the bucket of this process alone, for when Redis is away (monotonic microseconds).
    """

    __slots__ = ("ends", "full_at", "refused_until", "size", "tokens")

    def __init__(self) -> None:
        self.tokens = 0
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
            rates: those that there are, by the kind of caller; a kind without one is not limited.
            processes: how many share a rate when they cannot ask.
            monotonic: seconds.
        """
        self._shared = shared
        self._rates = {rate.name: rate for rate in rates}
        self._processes = processes
        self._monotonic = monotonic
        self._leases: dict[Caller, Lease] = {}
        self._draws: SingleFlight[None] = SingleFlight()
        self._alone = False

    def spend(self, scope: Mapping[str, Any]) -> bool:
        """Spend one leased token of a request's caller, if there is one; asks nobody."""
        asking = caller_of(scope)
        return asking.kind not in self._rates or self._spend(asking)

    async def admit(self, scope: Mapping[str, Any]) -> None:
        """Spend one token of a request's caller.

        Raises:
            RateLimitedError: when there is none.
        """
        asking = caller_of(scope)
        rate = self._rates.get(asking.kind)
        if rate is None:
            return
        while not self._spend(asking):
            lease = self._leases.get(asking)
            wait = lease.refused_until - self._monotonic() if lease is not None else 0.0
            if wait > 0:
                raise RateLimitedError(rate.name, rate.burst, rate.seconds_to_fill, wait)
            await self._draws.run(asking, lambda: self._draw(asking, rate))

    def _spend(self, asking: Caller) -> bool:
        lease = self._leases.get(asking)
        if lease is None or not lease.tokens or lease.ends <= self._monotonic():
            return False
        lease.tokens -= 1
        return True

    async def _draw(self, asking: Caller, rate: Rate) -> None:
        lease = self._lease(asking)
        lease.size = 1 if lease.ends <= self._monotonic() else min(2 * lease.size, most_leased(rate))
        drawn = await self._draw_shared(asking, rate, lease.size)
        if drawn is None:
            share = rate.share(self._processes)
            drawn, lease.full_at = draw(share, lease.full_at, int(self._monotonic() * 1_000_000), 1)
        now = self._monotonic()
        lease.tokens, lease.ends = drawn.granted, now + LEASE_SECONDS
        lease.refused_until = now + drawn.wait / 1_000_000

    async def _draw_shared(self, asking: Caller, rate: Rate, wanted: int) -> Draw | None:
        async def work(redis: Redis) -> Any:
            key = f"nova:rate:v1:{asking.kind}:{asking.name}"
            return await redis.eval(SCRIPT, 1, key, rate.interval, rate.burst, wanted)  # pyright: ignore[reportGeneralTypeIssues]

        answered = await self._shared.ask(work)
        if (answered is None) is not self._alone:
            self._alone = answered is None
            if self._alone:
                log.warning("the rate limit is not shared: this process lets through 1/%d of it", self._processes)
            else:
                log.info("the rate limit is shared again")
        return None if answered is None else Draw(*answered)

    def _lease(self, asking: Caller) -> Lease:
        lease = self._leases.get(asking)
        if lease is None:
            if len(self._leases) >= REMEMBERED:
                del self._leases[next(iter(self._leases))]
            lease = self._leases[asking] = Lease()
        return lease


def most_leased(rate: Rate) -> int:
    """Tokens that a process draws at a time: a twentieth of a burst, and no more than a second gains."""
    return max(1, min(rate.burst // 20, 1_000_000 // rate.interval))


def caller_of(scope: Mapping[str, Any]) -> Caller:
    """Who a request is counted for: the account; where nobody signed in, the address, of IPv6 the network of a site."""
    principal = caller(scope)
    if principal is not None:
        return Caller("account", principal.user_id)
    address = client_ip(scope)
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is None:
        return Caller("address", str(ipaddress.ip_network((address, 64), strict=False).network_address))
    return Caller("address", str(address or "unknown"))
