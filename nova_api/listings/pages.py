"""Bodies of listings: rows, rows of chosen fields, or columns."""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec

from nova_api.listings.declaration import Listing
from nova_api.vocabulary import Page


class WholeRows(Page, frozen=True, kw_only=True, tag_field="shape", tag="rows"):
    """A page of whole rows; the document has one of each listing, `page_of`."""

    data: list[dict[str, Any]]


class PartialRows(Page, frozen=True, kw_only=True, tag_field="shape", tag="partial"):
    """A page whose rows have the fields that were asked for and no others."""

    data: list[dict[str, Any]]


class Columns(Page, frozen=True, kw_only=True, tag_field="shape", tag="columns"):
    """A page by column: each field with its values, one for each row."""

    data: dict[str, list[Any]]


@cache
def page_of(listing: Listing) -> type[msgspec.Struct]:
    """The body of whole rows of one listing."""
    name = f"{listing.row.__name__}Page"
    return msgspec.defstruct(
        name,
        [("data", list[listing.row])],
        bases=(Page,),
        namespace={"__doc__": f"A page of {listing.summary[0].lower()}{listing.summary[1:]}."},
        module=__name__,
        tag_field="shape",
        tag="rows",
        frozen=True,
        kw_only=True,
    )
