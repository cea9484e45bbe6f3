"""The generic cell rate algorithm: a bucket of tokens kept as one number, the time at which it will be full again.

The source is ITU-T I.371, annex A (virtual scheduling), with several cells at a time. A bucket of `burst` tokens gains
one each `interval`. It is full again at `full_at`: so at `now` it lacks (full_at - now) / interval tokens, and each
token that is taken moves `full_at` by one interval. Times are whole microseconds.
"""

from __future__ import annotations

from dataclasses import dataclass

ARITHMETIC = """
local interval, burst, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local full_at = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now)
local granted = math.min(wanted, math.floor((burst * interval - (full_at - now)) / interval))
if granted < 1 then
    return {0, full_at + interval - burst * interval - now}
end
full_at = full_at + granted * interval
redis.call('SET', KEYS[1], string.format('%.0f', full_at), 'PX', math.ceil((full_at - now) / 1000))
return {granted, 0}
"""
"""`draw` for Redis; `now` must be set before it. Microseconds of this century are whole numbers of Lua: below 2^53."""

SCRIPT = (
    """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
"""
    + ARITHMETIC
)
"""The same by the clock of Redis, so that it does not matter how the clocks of the processes differ."""


@dataclass(frozen=True, slots=True)
class Rate:
    """How many tokens there are.

    Attributes:
        name: whose rate it is, as clients are told: `account` or `address`.
        interval: time in which one token is gained (microseconds).
        burst: tokens of a full bucket.
    """

    name: str
    interval: int
    burst: int

    @classmethod
    def per_second(cls, name: str, tokens: float, burst: int) -> Rate:
        """A rate of so many tokens a second."""
        return cls(name, max(1, round(1_000_000 / tokens)), burst)

    def share(self, parts: int) -> Rate:
        """What each of several has who cannot ask each other."""
        return Rate(self.name, self.interval * parts, max(1, self.burst // parts))

    @property
    def seconds_to_fill(self) -> int:
        """Time in which an empty bucket is full (seconds, rounded up)."""
        return -(-self.interval * self.burst // 1_000_000)


@dataclass(frozen=True, slots=True)
class Draw:
    """What came of asking for tokens.

    Attributes:
        granted: tokens that were taken; 0 where there is none.
        wait: time after which there is one (microseconds); 0 where some were granted.
    """

    granted: int
    wait: int


def draw(rate: Rate, full_at: int, now: int, wanted: int) -> tuple[Draw, int]:
    """Take as many tokens as there are, up to those that are wanted; also when the bucket is full again then."""
    full_at = max(full_at, now)
    granted = min(wanted, (rate.burst * rate.interval - (full_at - now)) // rate.interval)
    if granted < 1:
        return Draw(0, full_at + rate.interval - rate.burst * rate.interval - now), full_at
    return Draw(granted, 0), full_at + granted * rate.interval
