"""A stream of weekly demand cut into whole series, and the sample of it that models borrow from."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nova_assets.forecasting.chunks import NotSortedError, drawn_for_pool, whole_series

Lengths = st.lists(st.integers(1, 6), max_size=25)


def demand(lengths: list[int]) -> pa.Table:
    """Items `000`, `001`, …, of as many weeks as `lengths` says."""
    items = [f"{item:03d}" for item, length in enumerate(lengths) for _ in range(length)]
    weeks = [week for length in lengths for week in range(length)]
    return pa.table({"item_id": pa.array(items, pa.string()), "week": pa.array(weeks, pa.int64())})


def streamed(table: pa.Table, sizes: list[int]) -> Iterator[pa.RecordBatch]:
    """The table in batches of these sizes, and what is left in one."""
    first = 0
    for size in [*sizes, table.num_rows]:
        yield from table.slice(first, size).combine_chunks().to_batches() or [
            pa.RecordBatch.from_pylist([], table.schema)
        ]
        first += size


@given(Lengths, st.lists(st.integers(0, 9), max_size=30), st.integers(1, 7))
def test_chunks_hold_every_row_in_order_and_only_whole_series(lengths: list[int], sizes: list[int], most: int) -> None:
    table = demand(lengths)
    chunks = list(whole_series(streamed(table, sizes), most))
    assert [row for chunk in chunks for row in chunk.to_pylist()] == table.to_pylist()
    counts = [len(chunk["item_id"].unique()) for chunk in chunks]
    assert sum(counts) == len(lengths)
    assert all(count == most for count in counts[:-1])
    assert not counts or 1 <= counts[-1] <= most


@given(st.integers(0, 40), st.randoms(use_true_random=False), st.integers(0, 50), st.integers(0, 2**64 - 1))
def test_the_pool_is_a_sample_of_the_size_asked_for_whatever_the_order(
    count: int, random: Random, most: int, seed: int
) -> None:
    items = [f"{item:03d}" for item in range(count)]
    shuffled = random.sample(items, count)
    drawn = drawn_for_pool(iter(items), most, seed)
    assert set(drawn) == set(drawn_for_pool(iter(shuffled), most, seed))
    assert set(drawn) <= set(items)
    assert len(set(drawn)) == len(drawn) == min(most, count)


def test_each_item_is_drawn_about_equally_often() -> None:
    items = [f"{item:03d}" for item in range(40)]
    drawn = [item for seed in range(500) for item in drawn_for_pool(items, 10, seed)]
    counts = [drawn.count(item) for item in items]
    # Binomial(500, 1/4): mean 125, standard deviation 9.7; six of them hold for all forty items.
    assert min(counts) > 125 - 6 * 9.7
    assert max(counts) < 125 + 6 * 9.7


def test_a_pool_of_a_grown_portfolio_keeps_its_items_but_for_those_that_new_ones_push_out() -> None:
    items = [f"{item:03d}" for item in range(210)]
    before, after = set(drawn_for_pool(items[:200], 50)), set(drawn_for_pool(items, 50))
    old = {item for item in after if item < "200"}
    assert old <= before
    assert len(old) >= 40


@pytest.mark.parametrize("sizes", [[], [2], [3]])
def test_a_stream_that_is_not_sorted_is_refused_with_the_order_it_needs(sizes: list[int]) -> None:
    table = pa.table({"item_id": ["b", "b", "c", "a"]})
    with pytest.raises(NotSortedError, match=r"'a' comes after 'c'.*ORDER BY item_id COLLATE \"C\""):
        list(whole_series(streamed(table, sizes), 5))


def test_an_item_that_comes_back_is_refused() -> None:
    table = pa.table({"item_id": ["a", "b", "a"]})
    with pytest.raises(NotSortedError):
        list(whole_series(streamed(table, [1, 1]), 1))
