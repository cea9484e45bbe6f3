"""Kept answers: what goes out, and what is shared of them."""

from __future__ import annotations

import asyncio
import gzip
import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nova_api.cache.entry import COMPRESSED_FROM, CorruptEntryError, Entry, make_entry, pack, unpack
from nova_api.kpis.schemas import Kpi, KpiList
from nova_api.listings.pages import Columns
from nova_api.vocabulary import Versioned


def figures(values: list[float | None]) -> KpiList:
    data = [
        Kpi(kpi="fill_rate_lines", value=value, unit="share", reason=None, as_of=date(2024, 6, 30)) for value in values
    ]
    return KpiList(data=data, versions={"analytics.mv_kpi_summary": 3})


def made(document: Versioned, now: float) -> Entry:
    return asyncio.run(make_entry(document, now))


@given(values=st.lists(st.none() | st.floats(), max_size=40))
def test_a_body_is_json_and_what_is_not_a_number_is_null(values):
    entry = made(figures(values), now=1.5)
    written = [row["value"] for row in json.loads(entry.body, parse_constant=pytest.fail)["data"]]
    finite = [None if value is None or value - value != 0 else value for value in values]
    assert written == finite


@given(values=st.lists(st.none() | st.floats(), max_size=40))
def test_an_entry_is_shared_without_loss(values):
    entry = made(figures(values), now=1.5)
    assert unpack(pack(entry)) == entry
    assert (entry.compressed is None) == (len(entry.body) < COMPRESSED_FROM)
    if entry.compressed is not None:
        assert gzip.decompress(entry.compressed) == entry.body
        assert entry.body not in pack(entry)


@pytest.mark.parametrize("packed", [b"", b"something else", pack(made(figures([1.0] * 40), 0.0))[:-30]])
def test_other_bytes_are_refused(packed):
    with pytest.raises(CorruptEntryError):
        unpack(packed)


def test_a_page_keeps_where_the_next_begins():
    assert made(Columns(data={}, next_cursor="abc", versions={}), 0.0).next_cursor == "abc"
    assert made(figures([]), 0.0).next_cursor is None


def test_the_stamp_orders_states_and_covers_compares_each_dataset():
    entry = made(figures([]), 0.0)
    assert entry.stamp == 3
    assert entry.covers({"analytics.mv_kpi_summary": 3})
    assert not entry.covers({"analytics.mv_kpi_summary": 4})
    assert not entry.covers({"core.dim_item": 0})
