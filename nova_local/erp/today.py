"""One day being simulated: the world, the state that changes, and the rows that the day writes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from zlib import crc32

import numpy as np

from nova_local.erp.frames import Frame, concat, latest, length, select, take
from nova_local.erp.state import DIRT, QUEUES, State
from nova_local.erp.world import World, weekday

SECONDS = 86_400
OPENING, OFFICE_HOURS = 11 * 3600, 9 * 3600  # 08:00 to 17:00 in Bahia, in UTC

Streams = Callable[[str], np.random.Generator]
"""The random numbers of a day, by what they are for."""


def one_stream(seed: int, day: int) -> Streams:
    """All that happens on a day draws from one stream, one after the other: the history of a seed."""
    rng = np.random.default_rng([seed, day])
    return lambda _: rng


def stream_each(seed: int, day: int) -> Streams:
    """What happens draws from a stream of its own, so that one more order changes nobody's demand: for companies that
    are to be compared."""
    return lambda purpose: np.random.default_rng([seed, day, crc32(purpose.encode())])


@dataclass(frozen=True)
class Ledger:
    """Rows to be written, by table, in the order in which they came; `changes` replace columns of rows by `recno`."""

    inserts: dict[str, list[Frame]] = field(default_factory=lambda: defaultdict(list))
    changes: dict[str, list[Frame]] = field(default_factory=lambda: defaultdict(list))

    def __len__(self) -> int:
        return sum(length(frame) for frames in self.inserts.values() for frame in frames)

    def rows(self, table: str) -> Frame:
        """The rows of a table that have come so far, in the order of their `recno`, as they are now: with their latest
        changes. A column that only changes bring is 0 before."""
        rows = dict(concat(self.inserts[table]))
        if table not in self.changes:
            return rows
        changes = latest(concat(self.changes[table]), "recno")
        where = np.searchsorted(rows["recno"], changes["recno"])
        for name, values in changes.items():
            rows[name] = rows[name].copy() if name in rows else np.zeros(len(rows["recno"]), values.dtype)
            rows[name][where] = values
        return rows


@dataclass(frozen=True)
class Today:
    """`number` counts days from 1970. `streams` and `rng`, one of them, belong to this day: no day depends on how many
    came before in one run."""

    world: World
    state: State
    ledger: Ledger
    streams: Streams
    rng: np.random.Generator
    number: int

    @property
    def is_business(self) -> bool:
        return weekday(self.number) < 5

    @property
    def age(self) -> int:
        """Days since the company's first day."""
        return self.number - self.world.first_day

    @property
    def evening(self) -> int:
        """The stamp of what is brought up to date at the end of the day."""
        return self.number * SECONDS + OPENING + OFFICE_HOURS

    def drawing(self, purpose: str) -> Today:
        """The same day, whose draws are for `purpose`: to be taken once a day for each."""
        return replace(self, rng=self.streams(purpose))

    def moments(self, count: int) -> np.ndarray:
        """Seconds from 1970 within today's office hours."""
        return self.number * SECONDS + OPENING + self.rng.integers(0, OFFICE_HOURS, count)

    def days_ahead(self, count: int, low: int, high: int) -> np.ndarray:
        return self.number + self.rng.integers(low, high + 1, count)

    def chance(self, count: int, probability: float) -> np.ndarray:
        return self.rng.random(count) < probability

    def next_numbers(self, counter: str, count: int) -> np.ndarray:
        """The next `count` numbers, from 1."""
        first = self.state.counters[counter] + 1
        self.state.counters[counter] += count
        return np.arange(first, first + count)

    def insert(self, table: str, rows: Frame) -> Frame:
        """Write rows into `table`; returned with their `recno`, and `stamp` and `deleted` where they were absent."""
        count = length(rows)
        whole = {
            "stamp": self.moments(count),
            "deleted": np.zeros(count, np.int64),
            **rows,
            "recno": self.next_numbers(table, count),
        }
        if count:
            self.ledger.inserts[table].append(whole)
        return whole

    def keep(self, table: str, rows: Frame) -> None:
        """Write rows of the truth, which have neither record number nor stamp."""
        if length(rows):
            self.ledger.inserts[table].append(rows)

    def change(self, table: str, rows: Frame) -> None:
        """Replace columns of the rows at `recno`; always the same columns for a table."""
        if length(rows):
            self.ledger.changes[table].append({**rows, "stamp": self.moments(length(rows))})

    def push(self, queue: str, rows: Frame) -> None:
        """Put rows at the end of a queue; further columns are dropped."""
        if length(rows):
            queues = self.state.queues
            queues[queue] = concat([queues[queue], select(rows, QUEUES[queue])])

    def pop_due(self, queue: str) -> Frame:
        """Take out what is due today or was due on a day without office."""
        waiting = self.state.queues[queue]
        due = waiting["due"] <= self.number
        self.state.queues[queue] = take(waiting, ~due)
        return take(waiting, due)

    def plant(self, kind: str, count: int) -> None:
        self.state.dirt[DIRT.index(kind), 0] += count

    def mend(self, kind: str, count: int) -> None:
        self.state.dirt[DIRT.index(kind), 1] += count

    def touch(self, items: np.ndarray, locations: np.ndarray) -> None:
        """The balance rows of these change today."""
        self.state.balance_stamp[items, locations] = self.evening


def add(stock: np.ndarray, rows: Frame, quantity: np.ndarray, sign: int = 1) -> None:
    """Add quantities to (items, locations), several of the same place at once too."""
    np.add.at(stock, (rows["item"], rows["location"]), sign * quantity)
