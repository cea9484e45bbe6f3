"""Which lines are waits, how long they took, and that an origin knows nothing of later days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from nova_assets.forecasting.lead_time.sources import sources_of
from nova_assets.forecasting.lead_time.suppliers import estimate
from nova_assets.forecasting.lead_time.waits import Waits

ORIGIN = date(2025, 6, 2)
Purchases = Callable[..., pd.DataFrame]


def day(before: int) -> date:
    return ORIGIN - timedelta(days=int(before))


def test_a_wait_runs_from_the_request_to_the_receipt_where_the_source_has_receipts(purchases: Purchases) -> None:
    waits = Waits.known_on(ORIGIN, purchases(("A", day(30), day(25), day(10)), ("B", day(8), day(5), None)))
    assert waits.basis == "requested_to_received"
    assert list(waits.suppliers) == ["A", "B"]
    assert (list(waits.finished_supplier), list(waits.finished_days)) == ([0], [20])
    assert (list(waits.open_supplier), list(waits.open_days)) == ([1], [8])


def test_a_wait_runs_to_the_order_where_there_are_no_receipts(purchases: Purchases) -> None:
    lines = purchases(("A", day(30), day(25), None), ("B", day(8), None, None), has_receipts=False)
    waits = Waits.known_on(ORIGIN, lines)
    assert waits.basis == "requested_to_ordered"
    assert list(waits.finished_days) == [5]
    # Nobody knows yet from whom the second one will be ordered.
    assert (list(waits.open_supplier), list(waits.suppliers)) == ([-1], ["A"])


def test_regularisations_and_impossible_dates_are_left_out_and_counted(purchases: Purchases) -> None:
    lines = purchases(
        ("A", day(30), day(33), day(20)),  # bought before it was requested
        ("A", day(30), day(25), day(31)),  # received before it was requested
        ("A", day(30), None, None),  # a purchase whose date is unknown, see below
        ("UNKNOWN", day(30), day(31), None),
        ("A", day(30), day(25), day(20)),
    )
    lines.loc[2, "is_open"] = False
    waits = Waits.known_on(ORIGIN, lines)
    assert list(waits.finished_days) == [10]
    assert len(waits.open_days) == 0
    assert (list(waits.excluded), waits.excluded_unnamed) == ([2], 2)


def test_what_is_done_on_the_same_day_took_half_a_day(purchases: Purchases) -> None:
    waits = Waits.known_on(ORIGIN, purchases(("A", day(9), day(9), day(9)), ("A", day(9), day(9), day(8))))
    assert np.exp(waits.log_days) == pytest.approx([0.5, 1.0])


def test_days_without_any_entry_are_counted_and_the_day_before_the_origin_is_none(purchases: Purchases) -> None:
    assert Waits.known_on(ORIGIN, purchases(("A", day(30), day(25), day(11)))).quiet_days == 10
    assert Waits.known_on(ORIGIN, purchases(("A", day(30), day(25), day(1)))).quiet_days == 0


def test_nothing_of_the_origin_or_later_is_known_on_it(purchases: Purchases) -> None:
    """An arrival, an order and requests of the origin's day and later are planted, and nothing moves."""
    random = np.random.default_rng(5)
    past = [
        (f"S{line % 4}", day(waited + 3), day(waited + 2), day(waited + 3 - took))
        for line, (waited, took) in enumerate(zip(random.integers(20, 90, 40), random.integers(1, 20, 40), strict=True))
    ]
    open_lines = [("S1", day(15), day(12), None), ("UNKNOWN", day(6), None, None)]
    planted = [("S1", day(15), day(12), day(0)), ("S9", day(6), day(-1), day(-300))]
    requested_later = [("S2", day(0), day(0), day(-2)), ("S3", day(-1), day(-1), day(-500))]

    before, after = purchases(*past, *open_lines), purchases(*past, *planted, *requested_later)
    known, with_later_days = Waits.known_on(ORIGIN, before), Waits.known_on(ORIGIN, after)
    assert known.digest == with_later_days.digest
    assert list(known.suppliers) == list(with_later_days.suppliers) == ["S0", "S1", "S2", "S3"]
    np.testing.assert_array_equal(estimate(known).suppliers.mu, estimate(with_later_days).suppliers.mu)
    np.testing.assert_array_equal(estimate(known).suppliers.sigma, estimate(with_later_days).suppliers.sigma)

    items = pd.Index(["000001"])
    shares = [sources_of(items, known.suppliers, lines, ORIGIN).shares.toarray() for lines in (before, after)]
    np.testing.assert_array_equal(*shares)
    # The same plants do move what is known a year later.
    later = date(2026, 6, 1)
    assert Waits.known_on(later, before).digest != Waits.known_on(later, after).digest


def test_an_items_suppliers_are_those_of_its_latest_lines_and_anybody(purchases: Purchases) -> None:
    lines = purchases(
        *[("A", day(30), day(25), None)] * 3, ("B", day(30), day(25), None), ("C", day(400), day(390), None)
    )
    found = sources_of(pd.Index(["000001", "000002"]), pd.Index(["A", "B", "C"]), lines, ORIGIN, prior_lines=1)
    np.testing.assert_allclose(found.shares.toarray(), [[0.6, 0.2, 0, 0.2], [0, 0, 0, 1]])
    assert (list(found.lines), list(found.main)) == ([4, 0], [0, -1])
