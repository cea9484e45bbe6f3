"""Requests and bodies of the search."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from nova_api.vocabulary import Document

Kind = Literal["item", "site", "supplier", "order"]


class SearchRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The best matches of some words."""

    words: str
    limit: int
    kind: Kind | None = None


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """Something that the words may mean."""

    kind: Kind
    id: str
    name: str
    detail: Annotated[str | None, msgspec.Meta(description="Family of an item, kind of a place; null: none")]
    rank: Annotated[
        float,
        msgspec.Meta(description="5 is the id, 4 begins the id, 3 begins the name, 2 is part; else resemblance"),
    ]


class Matches(Document, frozen=True, kw_only=True):
    """What was found, the best first."""

    data: list[Match]
