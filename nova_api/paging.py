"""Keyset cursors: the place in an ordered listing after which the next page begins.

A cursor holds the values that the last row of a page was ordered by, and a fingerprint of the filter and order it was
made for, so that it cannot continue another listing. It stays good when the data change: the next page begins after the
same place in the new order.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from datetime import date

import msgspec


class BadCursorError(ValueError):
    """The cursor was not made by this API, or was made for another filter or order."""


class Cursor(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Where a page ended.

    Attributes:
        fingerprint: of the filter and the order.
        place: what the last row was ordered by, as PostgreSQL writes it; null: unknown.
        day: the latest day when the first page was read, where that is what the listing is of.
    """

    fingerprint: str
    place: tuple[str | None, ...]
    day: date | None = None


def fingerprint(listing: msgspec.Struct) -> str:
    """A short digest of a listing's filter and order."""
    return hashlib.sha256(msgspec.json.encode(listing, order="sorted")).hexdigest()[:12]


def encode(cursor: Cursor) -> str:
    """The cursor as the opaque text that clients pass back."""
    return base64.urlsafe_b64encode(msgspec.json.encode(cursor)).rstrip(b"=").decode("ascii")


def decode(text: str, listing: msgspec.Struct) -> Cursor:
    """Read a client's cursor for a listing.

    Raises:
        BadCursorError: when the text is no cursor, or one of another listing.
    """
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        cursor = msgspec.json.decode(base64.b64decode(padded, altchars=b"-_", validate=True), type=Cursor)
    except (binascii.Error, UnicodeEncodeError, msgspec.DecodeError) as error:
        raise BadCursorError("this is not a cursor of this API: pass next_cursor of the page before") from error
    if cursor.fingerprint != fingerprint(listing):
        raise BadCursorError("this cursor was made for another filter or order: begin again without it")
    return cursor
