"""The matrix of demand says of each item what its series alone says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nova_assets.forecasting.portfolio import Portfolio

SERIES = st.lists(
    st.lists(st.integers(0, 5).map(float), max_size=12).map(lambda tail: [1.0, *tail]), min_size=1, max_size=5
)


def portfolio_of(series: list[list[float]]) -> Portfolio:
    return Portfolio.of(np.concatenate(series), np.array([len(one) for one in series]))


@given(SERIES)
def test_moments_are_those_of_the_weeks_since_the_first_demand(series: list[list[float]]) -> None:
    known = portfolio_of(series)
    for item, one in enumerate(series):
        assert known.weeks[item] == len(one)
        assert known.demands[item] == sum(demand > 0 for demand in one)
        assert known.mean[item] == pytest.approx(np.mean(one))
        assert known.variance[item] == pytest.approx(np.var(one, ddof=1) if len(one) > 1 else 0.0)
        assert known.scale[item] == pytest.approx(np.abs(np.diff(one)).mean() if len(one) > 1 else 0.0)


@given(SERIES, st.integers(1, 6))
def test_windows_are_all_runs_of_weeks_since_the_first_demand(series: list[list[float]], weeks: int) -> None:
    totals = portfolio_of(series).windows(weeks)
    for item, one in enumerate(series):
        runs = [sum(one[first : first + weeks]) for first in range(len(one) - weeks + 1)]
        assert totals[item][np.isfinite(totals[item])] == pytest.approx(runs)


@given(SERIES, st.integers(1, 12))
def test_what_was_known_before_a_week_holds_nothing_of_it(series: list[list[float]], week: int) -> None:
    known = portfolio_of(series)
    then, present = known.before(min(week, known.width))
    assert then.width == min(week, known.width)
    assert present.tolist() == [start < then.width for start in known.start]
    assert (then.demand == known.demand[present, : then.width]).all()
    assert (then.demands >= 1).all()
