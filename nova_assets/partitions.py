"""The two partition definitions of Nova, and the window of dates that a run covers.

Every partitioned asset uses one of these two; sharing the definition object keeps backfills of several assets in one
run. A *daily* key is the day the data belongs to. A *weekly origin* key is a Monday: the day a forecast is made, which
may use demand strictly before that day. Days begin and end in Bahia, where the company works.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import dagster as dg

TIMEZONE = "America/Bahia"
FIRST_DAY = date(2019, 1, 1)
FIRST_MONDAY = date(2019, 1, 7)
DAY = timedelta(days=1)
WEEK = timedelta(days=7)

daily = dg.DailyPartitionsDefinition(start_date=FIRST_DAY.isoformat(), timezone=TIMEZONE)
weekly_origins = dg.WeeklyPartitionsDefinition(
    start_date=FIRST_MONDAY.isoformat(),
    day_offset=1,
    timezone=TIMEZONE,
    # The week that has begun is an origin already: a forecast for it needs nothing later than its first day.
    end_offset=1,
)

SAME_DAYS = dg.TimeWindowPartitionMapping(allow_nonexistent_upstream_partitions=True)
"""A partition reads the days it covers."""

HISTORY_WEEKS = 1040
HISTORY = dg.TimeWindowPartitionMapping(
    start_offset=-HISTORY_WEEKS, end_offset=-1, allow_nonexistent_upstream_partitions=True
)
"""An origin reads every week before it and nothing of the week that begins with it."""


@dataclass(frozen=True)
class Window:
    """A closed interval of days, `first` to `last` inclusive.

    Raises:
        ValueError: when `last` lies before `first`.
    """

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"A window must not end before it begins: {self.first} to {self.last}")

    def __str__(self) -> str:
        return f"{self.first} to {self.last}"

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    @classmethod
    def whole(cls) -> "Window":
        """All days that a date can name."""
        return cls(date.min, date.max)

    @classmethod
    def around(cls, windows: Sequence["Window"]) -> "Window":
        """The smallest window that holds all of `windows`."""
        return cls(min(window.first for window in windows), max(window.last for window in windows))

    def months(self) -> Iterator[date]:
        """The first day of every month that the window touches, in order."""
        month = self.first.replace(day=1)
        while month <= self.last:
            yield month
            month = (month + timedelta(days=32)).replace(day=1)

    def by_month(self) -> Iterator["Window"]:
        """The same days in windows of at most a month, in order."""
        for month in self.months():
            end = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
            yield Window(max(month, self.first), min(end, self.last))


def today() -> date:
    """The day it is in Bahia."""
    return datetime.now(ZoneInfo(TIMEZONE)).date()


def monday(day: date) -> date:
    """The Monday of the week of `day`."""
    return day - timedelta(days=day.weekday())


def latest_origin(data_through: date) -> date:
    """The Monday on which the latest forecast is made, when data are complete up to and with `data_through`."""
    return monday(data_through + timedelta(days=1))


def origin_window(last_origin: date, origins: int) -> Window:
    """The window of the `origins` weekly origins that end with `last_origin`."""
    return Window(max(FIRST_MONDAY, last_origin - (origins - 1) * WEEK), last_origin)


def key_range(context: dg.AssetExecutionContext) -> tuple[date, date]:
    """The first and last partition key of the run as dates: both days, or both Mondays of weekly origins.

    Derived from the keys, not from the time window, so that a direct call with `build_asset_context` works too.
    """
    keys = context.partition_key_range
    return date.fromisoformat(keys.start), date.fromisoformat(keys.end)


def covers_days(context: dg.AssetExecutionContext) -> bool:
    """Whether the asset is cut into partitions; a run over days may also make assets that are not."""
    return context.assets_def.partitions_def is not None and (
        context.has_partition_key_range or context.has_partition_key
    )


def run_window(context: dg.AssetExecutionContext) -> Window | None:
    """The days that the run replaces: None where the asset has no partitions, whole weeks for weekly origins."""
    if not covers_days(context):
        return None
    first, last = key_range(context)
    if isinstance(context.assets_def.partitions_def, dg.WeeklyPartitionsDefinition):
        last += WEEK - timedelta(days=1)
    return Window(first, last)
