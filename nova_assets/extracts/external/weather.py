"""Days out of hours: rain summed, wind at its strongest, temperature on average, by the company's own days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from nova_assets.extracts.external.readings import RAIN, TEMPERATURE_MEAN, WIND_MAX, Reading, Series, reading
from nova_assets.partitions import TIMEZONE

BAHIA = ZoneInfo(TIMEZONE)


@dataclass(frozen=True)
class Hour:
    """The weather of one hour: rain in mm, wind in km/h, temperature in °C; None where nothing was measured."""

    instant: datetime
    rain: Decimal | None
    wind: Decimal | None
    temperature: Decimal | None


def days(source: str, region: str, hours: Iterable[Hour], least_hours: int = 24) -> Iterator[Reading]:
    """Readings of the days of which at least `least_hours` hours were measured, series by series.

    A day with fewer has no reading: half a day's rain would be taken for the whole.
    """
    by_day: dict[date, list[Hour]] = defaultdict(list)
    for hour in hours:
        by_day[hour.instant.astimezone(BAHIA).date()].append(hour)
    for day, of_day in sorted(by_day.items()):
        for series, value in _summary(of_day, least_hours):
            yield reading(source, f"{series.name} of {day}", series, region, day, value)


def _summary(hours: list[Hour], least_hours: int) -> Iterator[tuple[Series, Decimal]]:
    rain = [hour.rain for hour in hours if hour.rain is not None]
    wind = [hour.wind for hour in hours if hour.wind is not None]
    temperature = [hour.temperature for hour in hours if hour.temperature is not None]
    if len(rain) >= least_hours:
        yield RAIN, sum(rain, Decimal(0))
    if len(wind) >= least_hours:
        yield WIND_MAX, max(wind)
    if len(temperature) >= least_hours:
        yield TEMPERATURE_MEAN, (sum(temperature, Decimal(0)) / len(temperature)).quantize(Decimal("0.01"))
