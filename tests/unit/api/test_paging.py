"""Cursors: opaque, and good only for the listing they were made for."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nova_api import paging
from nova_api.listings.request import Selection

LISTING = Selection(operation="listItems", filters={"family": "CABOS"}, sort="-demand_52w")
# PostgreSQL's texts hold neither NUL nor surrogates.
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


@given(place=st.lists(st.none() | TEXT, max_size=4).map(tuple), day=st.none() | st.dates())
def test_a_cursor_comes_back_as_it_went_out(place, day):
    cursor = paging.Cursor(paging.fingerprint(LISTING), place, day)
    text = paging.encode(cursor)
    assert paging.decode(text, LISTING) == cursor
    assert text.replace("-", "").replace("_", "").isalnum()


@given(text=st.text() | st.binary().map(lambda raw: raw.decode("latin-1")) | st.text("ABCabc0123-_=", max_size=40))
def test_no_other_text_is_a_cursor(text):
    with pytest.raises(paging.BadCursorError):
        paging.decode(text, LISTING)


@pytest.mark.parametrize(
    "changed", [{"sort": "demand_52w"}, {"filters": {}}, {"filters": {"family": "EPI"}}, {"operation": "listSites"}]
)
def test_a_cursor_of_another_listing_filter_or_order_is_refused(changed):
    other = msgspec.structs.replace(LISTING, **changed)
    text = paging.encode(paging.Cursor(paging.fingerprint(other), ("1", "A")))
    with pytest.raises(paging.BadCursorError, match="another filter or order"):
        paging.decode(text, LISTING)
