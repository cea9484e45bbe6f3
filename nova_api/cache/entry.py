"""A kept answer: bytes, and what they were made from."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import Mapping

import msgspec

from nova_api.vocabulary import Page, Versioned

COMPRESSED_FROM = 1024
"""Bodies of fewer bytes than this are not worth compressing."""

COMPRESSED_APART_FROM = 256 * 1024
"""Bodies of this many bytes and more are compressed in a thread."""

COMPRESSION_LEVEL = 5
OVERHEAD = 512
"""Bytes that an entry takes beside its bodies, about."""


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """One answer as it goes out, in both encodings.

    Attributes:
        body: the JSON.
        compressed: the same with gzip; None where that does not pay.
        versions: version of each dataset it was made from.
        stored_at: Unix time at which it was read from the database.
        next_cursor: where the next page begins, for a page that has a next one.
    """

    body: bytes
    compressed: bytes | None
    versions: dict[str, int]
    stored_at: float
    next_cursor: str | None

    @property
    def stamp(self) -> int:
        """One number that orders the states of the datasets.

        Versions only grow and are read in one snapshot, so of two entries for the same question the one with the
        larger sum was made from the later state.
        """
        return sum(self.versions.values())

    @property
    def size(self) -> int:
        """Bytes it takes in memory, about."""
        return len(self.body) + len(self.compressed or b"") + OVERHEAD

    def covers(self, versions: Mapping[str, int]) -> bool:
        """Whether it was made from these versions or newer ones."""
        return all(self.versions.get(dataset, -1) >= version for dataset, version in versions.items())


class CorruptEntryError(ValueError):
    """These bytes are no packed entry."""


def pack(entry: Entry) -> bytes:
    """The entry as it is shared: where it is compressed, without the plain body, which follows from it."""
    lean = entry if entry.compressed is None else msgspec.structs.replace(entry, body=b"")
    return msgspec.msgpack.encode(lean)


def unpack(packed: bytes) -> Entry:
    """The entry that was packed.

    Raises:
        CorruptEntryError: when the bytes are something else.
    """
    try:
        entry = msgspec.msgpack.decode(packed, type=Entry)
        if entry.compressed is None:
            return entry
        return msgspec.structs.replace(entry, body=gzip.decompress(entry.compressed))
    except (msgspec.DecodeError, OSError, EOFError, zlib.error) as error:
        raise CorruptEntryError(str(error)) from error


async def make_entry(document: Versioned, now: float) -> Entry:
    """Encode a body; NaN and infinities become null."""
    body = msgspec.json.encode(document)
    # A thread costs more than it takes to compress a small body; compressing a large one would hold up the others.
    compressed = _compress(body) if len(body) < COMPRESSED_APART_FROM else await asyncio.to_thread(_compress, body)
    return Entry(
        body=body,
        compressed=compressed,
        versions=document.versions,
        stored_at=now,
        next_cursor=document.next_cursor if isinstance(document, Page) else None,
    )


def _compress(body: bytes) -> bytes | None:
    return gzip.compress(body, COMPRESSION_LEVEL, mtime=0) if len(body) >= COMPRESSED_FROM else None
