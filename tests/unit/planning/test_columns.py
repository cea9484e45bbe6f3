"""Quantities between numpy and Arrow, to the last digit."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from nova_assets.planning.columns import dates, decimals, positions, scaled, steps


@given(st.lists(st.integers(-(10**17), 10**17), max_size=30))
def test_steps_become_the_decimals_they_stand_for(values: list[int]):
    made = scaled(np.array(values, dtype=np.int64))
    made.validate(full=True)
    assert made.to_pylist() == [Decimal(value).scaleb(-4) for value in values]


@given(st.lists(st.decimals(-(10**8), 10**8, places=4), max_size=30))
def test_quantities_come_back_as_they_went(values: list[Decimal]):
    numbers = np.array([float(value) for value in values])
    assert decimals(numbers).to_pylist() == values
    assert scaled(steps(numbers)).to_pylist() == values


def test_what_is_not_known_is_null():
    assert decimals(np.array([1.5, np.nan])).to_pylist() == [Decimal("1.5000"), None]
    assert dates(date(2025, 10, 31), np.array([1, 0, np.nan])).to_pylist() == [date(2025, 11, 1), None, None]
    assert positions(pa.array(["b", "x"]), pa.array(["a", "b"])).tolist() == [1, -1]
