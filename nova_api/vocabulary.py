"""Words that several resources share: classes of items and the versions of what an answer was made from."""

from __future__ import annotations

from typing import Annotated, Literal, Protocol

import msgspec

DemandClass = Literal["smooth", "erratic", "intermittent", "lumpy"]
AbcClass = Literal["A", "B", "C"]
AbcBasis = Literal["value", "request_lines"]
XyzClass = Literal["X", "Y", "Z"]

Versions = Annotated[dict[str, int], msgspec.Meta(description="Version of each dataset that this answer was made from")]


class Versioned(Protocol):
    """A body that names the versions it was made from."""

    @property
    def versions(self) -> dict[str, int]:
        """Version of each dataset."""
        ...


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """What every body of the cached endpoints has."""

    versions: Versions


class Page(Document, frozen=True, kw_only=True):
    """What every body of a listing that comes in pages has."""

    next_cursor: Annotated[
        str | None, msgspec.Meta(description="Ask with this `cursor` for the next page; null on the last")
    ]
