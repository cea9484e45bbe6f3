"""What waits to be written, never more than a bound; what finds no room is counted, with the time it happened."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Loss:
    """So many found no room, from one instant to another."""

    count: int
    first_at: datetime
    last_at: datetime

    def and_(self, other: Loss | None) -> Loss:
        """Both together."""
        if other is None:
            return self
        return Loss(self.count + other.count, min(self.first_at, other.first_at), max(self.last_at, other.last_at))


class Backlog(Generic[T]):
    """A queue with a bound; the oldest stay, for what follows them may be more of what overloads it."""

    def __init__(self, bound: int) -> None:
        self._bound = bound
        self._waiting: deque[T] = deque()
        self._loss: Loss | None = None

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, entry: T, at: datetime) -> bool:
        """Let it wait; without room it is lost, and false is returned."""
        if len(self._waiting) < self._bound:
            self._waiting.append(entry)
            return True
        self.lose(1, at, at)
        return False

    def take(self, most: int) -> list[T]:
        """The oldest, at most so many; they wait no longer."""
        return [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]

    def put_back(self, entries: Sequence[T]) -> None:
        """Entries that were taken and not written wait again, before the others and whatever the bound."""
        self._waiting.extendleft(reversed(entries))

    def lose(self, count: int, first_at: datetime, last_at: datetime) -> None:
        """Count a loss."""
        self._loss = Loss(count, first_at, last_at).and_(self._loss)

    def take_loss(self) -> Loss | None:
        """What was lost since the last time; None: nothing was."""
        loss, self._loss = self._loss, None
        return loss
