"""The first tier: answers in this process, bounded in bytes."""

from __future__ import annotations

from collections import OrderedDict

from nova_api.cache.entry import Entry


class MemoryTier:
    """The answers that were used last, as many as fit."""

    def __init__(self, capacity: int) -> None:
        """Keep at most `capacity` bytes."""
        self._capacity = capacity
        self._entries: OrderedDict[str, Entry] = OrderedDict()
        self._size = 0

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def size(self) -> int:
        """Bytes taken, about."""
        return self._size

    def get(self, key: str) -> Entry | None:
        """The answer kept under a key, which counts as used now."""
        entry = self._entries.get(key)
        if entry is not None:
            self._entries.move_to_end(key)
        return entry

    def put(self, key: str, entry: Entry) -> None:
        """Keep an answer unless one made from a later state is there, and let go of the least used."""
        present = self._entries.get(key)
        if entry.size > self._capacity or (present is not None and present.stamp > entry.stamp):
            return
        if present is not None:
            self._size -= present.size
        self._entries[key] = entry
        self._entries.move_to_end(key)
        self._size += entry.size
        while self._size > self._capacity:
            _, evicted = self._entries.popitem(last=False)
            self._size -= evicted.size
