"""Stock day by day, against cases that are reckoned by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nova_assets.forecasting.parameters import SUMMED_WEEKS
from nova_assets.planning.projection.courses import (
    DAYS_AHEAD,
    LEVELS,
    Forecast,
    Supply,
    lead_time_risk,
    likely_lead_times,
    project,
)
from nova_assets.quantiles import Floats

WEEKS = np.array(SUMMED_WEEKS, dtype=np.float64)
MEDIAN = int(np.flatnonzero(LEVELS == 0.5)[0])
TENTH, NINTH = int(np.flatnonzero(LEVELS == 0.1)[0]), int(np.flatnonzero(LEVELS == 0.9)[0])


def forecast(weekly: float, scatter: float = 0.0, day_shares: list[float] | None = None) -> Forecast:
    """An item with the same demand expected each week; quantiles lie `scatter` · (level − ½) · √weeks from the mean."""
    means = weekly * WEEKS[None]
    quantiles = np.maximum(means[:, :, None] + scatter * np.sqrt(WEEKS)[None, :, None] * (LEVELS - 0.5), 0.0)
    week = np.full(7, 1 / 7) if day_shares is None else np.array(day_shares)
    return Forecast(np.full((1, 13), weekly), means, quantiles, np.tile(week, DAYS_AHEAD // 7)[None])


def arrivals(**days: float) -> Floats:
    """Quantities by day, as `d8=10`."""
    made = np.zeros((1, DAYS_AHEAD))
    for name, quantity in days.items():
        made[0, int(name[1:]) - 1] = quantity
    return made


def test_one_a_day_out_of_five_lasts_five_days_and_an_arrival_lifts_the_stock_again() -> None:
    demand = forecast(7.0).cumulative(0)
    paths = project(np.array([5.0]), np.array([15.0]), arrivals(d8=10.0), demand)
    assert paths.stock[1, 0, :9] == pytest.approx([4, 3, 2, 1, 0, -1, -2, 7, 6])
    assert (paths.out_q50[0], paths.out_q90[0]) == (6, 6)
    # What is on order counts for the cover, whenever it comes: 15 last until the end of day 15.
    assert paths.cover[0] == 16


def test_demand_that_may_be_higher_runs_out_earlier_at_its_upper_quantile() -> None:
    """After a week: 7 ± 10·0.4, after 14 days: 14 ± 10·0.4·√2."""
    item = forecast(7.0, scatter=10.0)
    demand = item.cumulative(0)
    low, median, high = demand[:, 0, 6]
    assert (low, median, high) == pytest.approx((3.0, 7.0, 11.0))
    assert demand[2, 0, 13] == pytest.approx(14 + 4 * np.sqrt(2))
    paths = project(np.array([11.0]), np.array([11.0]), arrivals(), demand)
    assert paths.out_q50[0] == 12
    assert paths.out_q90[0] == 8
    assert (paths.stock[0] >= paths.stock[2]).all()


def test_demand_of_the_numbers_of_weeks_that_are_forecast_is_what_the_forecast_says_and_no_sum_of_weeks() -> None:
    item = forecast(7.0, scatter=10.0)
    demand = item.cumulative(0)
    for number, weeks in enumerate(SUMMED_WEEKS):
        said = item.quantiles[0, number, [TENTH, MEDIAN, NINTH]]
        assert demand[:, 0, weeks * 7 - 1] == pytest.approx(said)
    thirteen_high_weeks = 13 * item.quantiles[0, 0, NINTH]
    assert demand[2, 0, 90] < 0.75 * thirteen_high_weeks


def test_weeks_add_up_to_what_is_said_of_them_together_in_the_shape_of_the_served_weeks() -> None:
    uneven = forecast(7.0)
    served = Forecast(
        np.array([[7, 7, 2, 6, *[7] * 9]], dtype=np.float64), uneven.means, uneven.quantiles, uneven.day_shares
    )
    weeks = served.weeks()[0]
    assert weeks[:4] == pytest.approx([7.0, 7.0, 3.5, 10.5])
    assert np.cumsum(weeks)[np.array(SUMMED_WEEKS) - 1] == pytest.approx(served.means[0])
    none = Forecast(np.zeros((1, 13)), uneven.means, uneven.quantiles, uneven.day_shares)
    assert none.weeks() == pytest.approx(np.full((1, 26), 7.0))


def test_a_plan_in_the_middle_of_the_week_begins_with_the_days_that_are_left() -> None:
    """All demand on Mondays: from a Wednesday on, the first comes on day 5."""
    item = forecast(7.0, day_shares=[1, 0, 0, 0, 0, 0, 0])
    daily = item.daily(elapsed=2)
    assert daily.shape == (1, DAYS_AHEAD)
    assert np.flatnonzero(daily[0])[:3].tolist() == [5, 12, 19]
    assert daily.sum() == pytest.approx(7.0 * 26)


def test_a_place_has_its_part_of_the_mean_and_the_root_of_it_of_the_scatter() -> None:
    item = forecast(8.0, scatter=10.0)
    place = item.part(np.array([0, 0]), np.array([0.25, 1.0]))
    assert place.means[0] == pytest.approx(item.means[0] / 4)
    assert place.quantiles[0, 0, NINTH] - place.means[0, 0] == pytest.approx(4.0 / 2)
    assert place.quantiles[1] == pytest.approx(item.quantiles[0])


def test_what_was_promised_before_the_day_does_not_come_and_what_is_due_on_it_comes_tomorrow() -> None:
    supply = Supply(np.array([0, 0, 0, 1]), np.array([5.0, 3.0, 2.0, 9.0]), np.array([-1, 0, 4, DAYS_AHEAD + 1]))
    coming = supply.arrivals(2)
    assert coming[0, :5].tolist() == [3.0, 0.0, 0.0, 2.0, 0.0]
    assert coming.sum() == 5.0
    assert supply.total(2, supply.late).tolist() == [5.0, 0.0]


def test_within_a_lead_time_that_never_varies_the_risk_is_that_of_its_demand() -> None:
    """Two weeks: the median is exceeded in half of all cases, the 90 % quantile in a tenth."""
    item = forecast(70.0, scatter=10.0).part(np.array([0, 0, 0]), np.ones(3))
    position = item.quantiles[[0, 0, 0], 1, [MEDIAN, NINTH, 0]]
    days = np.full(3, 14.0)
    risk = lead_time_risk(item, position, days, days)
    assert risk.stockout == pytest.approx([0.5, 0.1, 0.95], abs=1e-9)
    assert (np.diff(risk.shortage[[1, 0, 2]]) > 0).all()
    nothing = lead_time_risk(item, np.zeros(3), days, days)
    assert nothing.shortage == pytest.approx(140.0, rel=0.01)


def test_likely_lead_times_have_the_mean_and_the_tenth_beyond_the_ninth_decile() -> None:
    found = likely_lead_times(np.array([20.0, 30.0, 10.0]), np.array([40.0, 45.0, 10.0]))
    assert found.mean(axis=0) == pytest.approx([20.0, 30.0, 10.0])
    assert (found[:, :2] > np.array([40.0, 45.0])).sum(axis=0).tolist() == [2, 2]
    assert found[:, 2] == pytest.approx(10.0)


@given(
    st.floats(0.1, 100),
    st.floats(0, 50),
    st.floats(0, 500),
    st.floats(0.01, 300),
    st.floats(1, 100),
    st.floats(1, 3),
)
@settings(deadline=None, max_examples=40)
def test_more_stock_never_runs_out_earlier_nor_with_more_chance(
    weekly: float, scatter: float, stock: float, more: float, lead: float, late: float
) -> None:
    item = forecast(weekly, scatter).part(np.array([0, 0]), np.ones(2))
    position = np.array([stock, stock + more])
    risk = lead_time_risk(item, position, np.full(2, lead), np.full(2, lead * late))
    assert risk.stockout[1] <= risk.stockout[0] + 1e-12
    assert risk.shortage[1] <= risk.shortage[0] + 1e-6
    paths = project(position, position, np.zeros((2, DAYS_AHEAD)), item.cumulative(3))
    for days in (paths.cover, paths.out_q50, paths.out_q90):
        first, second = np.where(days == 0, DAYS_AHEAD + 1, days)
        assert second >= first
    assert (paths.out_q90[0] <= paths.out_q50[0]) or not paths.out_q50[0]
    assert (np.diff(item.cumulative(3), axis=2) >= 0).all()
