"""A bucket of tokens as one would explain it: it is filled as time goes by, and emptied by who takes."""

from __future__ import annotations

from fractions import Fraction


class Bucket:
    """Full at first; gains a token each `interval`, and holds `burst` of them."""

    def __init__(self, interval: int, burst: int) -> None:
        self._interval, self._burst = interval, burst
        self._tokens = Fraction(burst)
        self._at: int | None = None

    def take(self, now: int, wanted: int) -> tuple[int, int]:
        """How many whole tokens are taken, and where that is none, after what time there is one."""
        if self._at is not None:
            self._tokens = min(Fraction(self._burst), self._tokens + Fraction(now - self._at, self._interval))
        self._at = now
        taken = min(wanted, int(self._tokens))
        self._tokens -= taken
        return (taken, 0) if taken else (0, int((1 - self._tokens) * self._interval))
