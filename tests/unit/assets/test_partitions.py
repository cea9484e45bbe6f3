from datetime import date, timedelta

import dagster as dg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nova_assets.partitions import (
    FIRST_MONDAY,
    WEEK,
    Window,
    daily,
    latest_origin,
    monday,
    origin_window,
    run_window,
    weekly_origins,
)

days = st.dates(date(2019, 1, 7), date(2026, 6, 30))


@given(days)
def test_an_origin_never_sees_a_week_that_is_not_whole(data_through: date):
    origin = latest_origin(data_through)
    assert origin.weekday() == 0
    assert origin - timedelta(days=1) <= data_through < origin + WEEK - timedelta(days=1)


@given(days)
def test_every_monday_is_an_origin_and_no_other_day_is(day: date):
    assert weekly_origins.has_partition_key(monday(day).isoformat())
    assert weekly_origins.has_partition_key(day.isoformat()) == (day.weekday() == 0)


@given(days, st.integers(1, 60))
def test_a_window_of_origins_holds_as_many_mondays_as_asked_unless_the_calendar_begins(day: date, count: int):
    window = origin_window(monday(day), count)
    assert window.last == monday(day)
    assert (window.last - window.first).days // 7 + 1 == count or window.first == FIRST_MONDAY


@given(days, st.integers(0, 800))
def test_months_of_a_window_cover_each_of_its_days_once(first: date, length: int):
    window = Window(first, first + timedelta(days=length))
    months = list(window.months())
    covered = {(day.year, day.month) for day in (first + timedelta(days=n) for n in range(length + 1))}
    assert [(month.year, month.month) for month in months] == sorted(covered)


def test_a_window_that_ends_before_it_begins_is_refused():
    with pytest.raises(ValueError, match="must not end before it begins"):
        Window(date(2025, 1, 2), date(2025, 1, 1))


def test_a_window_by_month_has_the_same_days():
    assert list(Window(date(2024, 1, 30), date(2024, 3, 1)).by_month()) == [
        Window(date(2024, 1, 30), date(2024, 1, 31)),
        Window(date(2024, 2, 1), date(2024, 2, 29)),
        Window(date(2024, 3, 1), date(2024, 3, 1)),
    ]


@pytest.mark.parametrize(
    ("partitions", "keys", "window"),
    [
        (None, None, None),
        (daily, ("2025-01-03", "2025-02-05"), Window(date(2025, 1, 3), date(2025, 2, 5))),
        (weekly_origins, ("2025-01-06", "2025-01-13"), Window(date(2025, 1, 6), date(2025, 1, 19))),
    ],
)
def test_a_run_replaces_the_days_of_its_partitions_and_whole_weeks_for_origins(partitions, keys, window):
    seen = []

    @dg.asset(partitions_def=partitions, backfill_policy=dg.BackfillPolicy.single_run() if partitions else None)
    def probe(context: dg.AssetExecutionContext) -> None:
        seen.append(run_window(context))

    tags = {f"dagster/asset_partition_range_{end}": key for end, key in zip(("start", "end"), keys or (), strict=False)}
    assert dg.materialize([probe], tags=tags).success
    assert seen == [window]
