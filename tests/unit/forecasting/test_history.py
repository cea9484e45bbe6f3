"""A history ends before its origin, begins with the first demand, and has every week once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pandas as pd
import pytest

from nova_assets.forecasting.history import History, HistoryError

ORIGIN = date(2025, 9, 1)
Weekly = Callable[..., pd.DataFrame]


def test_the_week_of_the_origin_is_not_known(weekly: Weekly) -> None:
    demand = weekly(date(2025, 9, 15), A=[1.0, 2, 3, 4])
    history = History.before(ORIGIN, demand)
    assert history.frame["y"].tolist() == [1.0, 2.0]
    assert history.last_week == date(2025, 8, 25)
    assert history.weeks_missing == 0


def test_a_series_begins_with_its_first_demand_and_items_without_demand_are_left_out(weekly: Weekly) -> None:
    history = History.before(ORIGIN, weekly(ORIGIN, late=[0.0, 0, 5, 0], never=[0.0, 0, 0, 0]))
    assert history.items.tolist() == ["late"]
    assert history.frame["y"].tolist() == [5.0, 0.0]


def test_the_summary_counts_weeks_demands_and_fractions(weekly: Weekly) -> None:
    summary = History.before(ORIGIN, weekly(ORIGIN, cable=[2.5, 0, 1], bolt=[3.0, 0, 0, 1])).summary
    assert summary.to_dict("index") == {
        "bolt": {"weeks": 4, "demands": 2, "total": 4.0, "squares": 10.0, "integral": True},
        "cable": {"weeks": 3, "demands": 2, "total": 3.5, "squares": 7.25, "integral": False},
    }


def test_weeks_without_data_before_the_origin_are_counted(weekly: Weekly) -> None:
    assert History.before(date(2025, 9, 22), weekly(ORIGIN, A=[1.0, 2])).weeks_missing == 3


def test_before_any_demand_the_history_is_empty(weekly: Weekly) -> None:
    history = History.before(date(2024, 1, 1), weekly(ORIGIN, A=[1.0, 2]))
    assert history.items.empty
    assert history.last_week is None
    assert history.weeks_missing == 0


def test_the_order_of_rows_does_not_matter(weekly: Weekly) -> None:
    demand = weekly(ORIGIN, A=[1.0, 0, 2], B=[3.0, 1])
    shuffled = demand.sample(frac=1, random_state=3)
    assert History.before(ORIGIN, shuffled).digest == History.before(ORIGIN, demand).digest


def test_the_digest_changes_with_any_demand_and_not_with_later_weeks(weekly: Weekly) -> None:
    demand = weekly(date(2025, 9, 15), A=[1.0, 2, 3, 4])
    later, earlier = demand.copy(), demand.copy()
    later.loc[3, "y"] = 99.0
    earlier.loc[1, "y"] = 99.0
    assert History.before(ORIGIN, later).digest == History.before(ORIGIN, demand).digest
    assert History.before(ORIGIN, earlier).digest != History.before(ORIGIN, demand).digest


def test_a_missing_week_is_refused_by_name(weekly: Weekly) -> None:
    with pytest.raises(HistoryError, match="Item A goes from week 2025-08-11 to 2025-08-25"):
        History.before(ORIGIN, weekly(ORIGIN, A=[1.0, 2, 3]).drop(index=1))


def test_a_repeated_week_is_refused(weekly: Weekly) -> None:
    demand = weekly(ORIGIN, A=[1.0, 2, 3])
    with pytest.raises(HistoryError, match="must hold each week once"):
        History.before(ORIGIN, pd.concat([demand, demand.iloc[[1]]]))


def test_a_series_that_ends_early_is_refused(weekly: Weekly) -> None:
    with pytest.raises(HistoryError, match="Item A ends in week 2025-08-18"):
        History.before(ORIGIN, weekly(ORIGIN, A=[1.0, 2], B=[1.0, 2]).drop(index=1))


@pytest.mark.parametrize("wrong", [-1.0, float("nan")])
def test_negative_and_missing_demand_is_refused(weekly: Weekly, wrong: float) -> None:
    with pytest.raises(HistoryError, match="missing or negative"):
        History.before(ORIGIN, weekly(ORIGIN, A=[1.0, wrong, 3.0]))
