"""Circuit breaker: after several failures in a row, leave a service alone for a while."""

from __future__ import annotations

from collections.abc import Callable


class Breaker:
    """Closed while calls succeed; open after `threshold` failures in a row; after `pause` seconds one call may try."""

    def __init__(self, threshold: int, pause: float, monotonic: Callable[[], float]) -> None:
        self._threshold = threshold
        self._pause = pause
        self._monotonic = monotonic
        self._failures = 0
        self._retry_at = 0.0

    @property
    def is_open(self) -> bool:
        """Whether the service is being left alone."""
        return self._failures >= self._threshold

    def allows(self) -> bool:
        """Whether to call now. An open breaker lets one caller try and makes the others wait another pause."""
        if not self.is_open:
            return True
        now = self._monotonic()
        if now < self._retry_at:
            return False
        self._retry_at = now + self._pause
        return True

    def succeeded(self) -> bool:
        """Close; true when it was open until now."""
        was_open = self.is_open
        self._failures = 0
        return was_open

    def failed(self) -> bool:
        """Count a failure; true when this one opened it."""
        self._failures += 1
        self._retry_at = self._monotonic() + self._pause
        return self._failures == self._threshold
