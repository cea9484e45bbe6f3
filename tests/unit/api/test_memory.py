"""The memory tier: bounded in bytes, least used first out, never back to an older answer."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nova_api.cache.entry import OVERHEAD, Entry
from nova_api.cache.memory import MemoryTier


def entry(version: int = 1, size: int = 0) -> Entry:
    return Entry(b"x" * size, None, {"core.dim_item": version}, 0.0, None)


@given(puts=st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(1, 5), st.integers(0, 3000))))
def test_it_never_holds_more_bytes_than_it_may_and_counts_them_right(puts):
    tier = MemoryTier(4000)
    for key, version, size in puts:
        tier.put(key, entry(version, size))
        held = [found for name in "abcdef" if (found := tier.get(name)) is not None]
        assert tier.size == sum(found.size for found in held) <= 4000
        assert len(tier) == len(held)


def test_the_least_used_goes_first():
    tier = MemoryTier(2 * OVERHEAD)
    tier.put("a", entry())
    tier.put("b", entry())
    tier.get("a")
    tier.put("c", entry())
    assert (tier.get("a") is None, tier.get("b") is None, tier.get("c") is None) == (False, True, False)


def test_an_older_answer_does_not_replace_a_newer_one():
    tier = MemoryTier(10_000)
    tier.put("a", entry(version=2))
    tier.put("a", entry(version=1))
    kept = tier.get("a")
    assert kept is not None
    assert kept.versions == {"core.dim_item": 2}
