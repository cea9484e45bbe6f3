"""Plausible values for a machine without network: the same for a day whatever window asks for it, and marked as such.

Nothing here is an estimate of anything. Rates walk at random within limits; weather has the rainy season of its region
and wet days that come in spells. Values are published with quality `simulated`.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import holidays

from nova_assets.extracts.external.readings import (
    IPCA_MONTHLY,
    RAIN,
    SELIC_TARGET,
    TEMPERATURE_MEAN,
    USD_BRL_BUY,
    USD_BRL_SELL,
    WIND_MAX,
    Reading,
)
from nova_assets.extracts.external.regions import NATIONAL, REGIONS
from nova_assets.partitions import FIRST_DAY, Window

SEED = "nova"
DAY = timedelta(days=1)
COPOM_EVERY_DAYS = 45
SPREAD_BRL = 0.0006


@dataclass(frozen=True)
class Climate:
    """A region's year: the middle of its rains as a day of the year, how often it then rains, its warmth and wind."""

    wettest_day: int
    wet_share: tuple[float, float]
    temperature: float
    wind: float


CLIMATES: Mapping[str, Climate] = {
    "Salvador-BA": Climate(140, (0.35, 0.80), 25.8, 19.0),
    "Recife-PE": Climate(170, (0.30, 0.85), 26.2, 18.0),
    "Fortaleza-CE": Climate(95, (0.10, 0.85), 27.3, 23.0),
}


def selic(window: Window) -> list[Reading]:
    """A target that moves by half a point, or not, every 45 days."""
    chance, value, found = random.Random(f"{SEED} selic"), 6.5, []
    for n, day in enumerate(_days_to(window.last)):
        if n and n % COPOM_EVERY_DAYS == 0:
            value = min(15.0, max(2.0, value + chance.choice((-0.5, 0.0, 0.0, 0.5))))
        if day in window:
            found.append(Reading(SELIC_TARGET, NATIONAL, day, _decimal(value, 2)))
    return found


def ptax(window: Window) -> list[Reading]:
    """An exchange rate on business days that walks and is drawn back to 5 BRL."""
    chance, level, found = random.Random(f"{SEED} ptax"), math.log(4.0), []
    closed = holidays.country_holidays("BR", years=range(FIRST_DAY.year, window.last.year + 1))
    for day in _days_to(window.last):
        level += 0.002 * (math.log(5.0) - level) + chance.gauss(0, 0.008)
        if day in window and day.weekday() < 5 and day not in closed:
            found.append(Reading(USD_BRL_BUY, NATIONAL, day, _decimal(math.exp(level), 4)))
            found.append(Reading(USD_BRL_SELL, NATIONAL, day, _decimal(math.exp(level) + SPREAD_BRL, 4)))
    return found


def ipca(window: Window) -> list[Reading]:
    """Monthly changes around 0.4 %."""
    return [
        Reading(IPCA_MONTHLY, NATIONAL, month, _decimal(random.Random(f"{SEED} ipca {month}").gauss(0.4, 0.3), 2))
        for month in window.months()
        if month in window
    ]


def weather(window: Window) -> list[Reading]:
    """Rain, strongest wind and mean temperature of every region and day."""
    return [one for region in REGIONS for one in _weather(region.region, CLIMATES[region.region], window)]


def nothing(window: Window) -> list[Reading]:
    """A source that stays empty without network: another one stands for it."""
    return []


def _weather(region: str, climate: Climate, window: Window) -> Iterator[Reading]:
    chance, was_wet = random.Random(f"{SEED} {region}"), False
    for day in _days_to(window.last):
        season = (1 + math.cos(2 * math.pi * (day.timetuple().tm_yday - climate.wettest_day) / 365.25)) / 2
        dry, wet = climate.wet_share
        share = dry + (wet - dry) * season
        # Half of yesterday's weather stays, so that wet days come in spells.
        was_wet = chance.random() < 0.5 * share + 0.5 * was_wet
        rain = chance.gammavariate(0.7, 6 + 14 * season) if was_wet else 0.0
        wind = max(3.0, chance.gauss(climate.wind, 4.0) + (4.0 if rain > 20 else 0.0))
        temperature = chance.gauss(climate.temperature - 1.5 * season - (0.8 if was_wet else 0.0), 0.6)
        if day in window:
            yield Reading(RAIN, region, day, _decimal(min(rain, 250.0), 1))
            yield Reading(WIND_MAX, region, day, _decimal(min(wind, 120.0), 1))
            yield Reading(TEMPERATURE_MEAN, region, day, _decimal(temperature, 2))


def _days_to(last: date) -> Iterator[date]:
    """Every day since the first partition: a walk must not depend on where a window begins."""
    day = FIRST_DAY
    while day <= last:
        yield day
        day += DAY


def _decimal(value: float, places: int) -> Decimal:
    return Decimal(f"{value:.{places}f}")
