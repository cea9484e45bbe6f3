"""Open-Meteo: the weather of each region, past days from the archive, coming days from the forecast.

Both answer hours of a weather model at the coordinates of the region. https://open-meteo.com/en/docs
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal

import msgspec

from nova_assets.extracts.external.readings import (
    RAIN,
    TEMPERATURE_MEAN,
    WIND_MAX,
    ChangedAnswerError,
    Reading,
    chunks,
    decode,
)
from nova_assets.extracts.external.regions import REGIONS, Region
from nova_assets.extracts.external.weather import Hour, days
from nova_assets.partitions import TIMEZONE, Window
from nova_assets.resources.http import Http
from nova_assets.settings import open_meteo_api_key

SOURCE = "Open-Meteo"
ARCHIVE_PATH = "/v1/archive"
FORECAST_PATH = "/v1/forecast"
# The free service is for non-commercial use; customers have hosts of their own.
ARCHIVE_ORIGIN, CUSTOMER_ARCHIVE_ORIGIN = (
    "https://archive-api.open-meteo.com",
    "https://customer-archive-api.open-meteo.com",
)
FORECAST_ORIGIN, CUSTOMER_FORECAST_ORIGIN = "https://api.open-meteo.com", "https://customer-api.open-meteo.com"
DAYS_AT_ONCE = 366
FORECAST_DAYS = 16
# The archive follows some days behind; the forecast's own past fills the gap.
PAST_DAYS = 7
UNITS = {"temperature_2m": TEMPERATURE_MEAN.unit, "precipitation": RAIN.unit, "wind_speed_10m": WIND_MAX.unit}


class Hourly(msgspec.Struct):
    time: list[str]
    temperature_2m: list[Decimal | None]
    precipitation: list[Decimal | None]
    wind_speed_10m: list[Decimal | None]


class Answer(msgspec.Struct):
    utc_offset_seconds: int
    hourly_units: dict[str, str]
    hourly: Hourly


def read_archive(http: Http, window: Window) -> list[Reading]:
    """The weather of the window's days as far as the archive has come.

    Raises:
        ChangedAnswerError: the answer has another form.
        SourceUnreachableError, RequestRefusedError, AnswerTooLargeError: as `Http.get`.
    """
    key = open_meteo_api_key()
    address = (CUSTOMER_ARCHIVE_ORIGIN if key else ARCHIVE_ORIGIN) + ARCHIVE_PATH
    found: list[Reading] = []
    for region in REGIONS:
        for part in chunks(window, DAYS_AT_ONCE):
            span = {"start_date": part.first.isoformat(), "end_date": part.last.isoformat()}
            found += parse(http.get(address, _params(region, key) | span), region)
    return [one for one in found if one.date in window]


def read_forecast(http: Http, window: Window) -> list[Reading]:
    """The forecast made now, for the days of the window that it reaches; raises what `read_archive` raises."""
    key = open_meteo_api_key()
    address = (CUSTOMER_FORECAST_ORIGIN if key else FORECAST_ORIGIN) + FORECAST_PATH
    span = {"past_days": str(PAST_DAYS), "forecast_days": str(FORECAST_DAYS)}
    found = [one for region in REGIONS for one in parse(http.get(address, _params(region, key) | span), region)]
    return [one for one in found if one.date in window]


def _params(region: Region, key: str | None) -> dict[str, str]:
    return {
        "latitude": str(region.latitude),
        "longitude": str(region.longitude),
        "hourly": ",".join(UNITS),
        "timezone": TIMEZONE,
        **({"apikey": key} if key else {}),
    }


def parse(body: bytes, region: Region) -> list[Reading]:
    """Readings of an answer for one region: whole days only, whatever time zone its hours are in."""
    source = f"{SOURCE} for {region.region}"
    answer = decode(source, body, Answer)
    for variable, unit in UNITS.items():
        if answer.hourly_units.get(variable) != unit:
            raise ChangedAnswerError(source, f"$.hourly_units.{variable}", answer.hourly_units.get(variable), unit)
    hourly = answer.hourly
    for variable in UNITS:
        if len(getattr(hourly, variable)) != len(hourly.time):
            raise ChangedAnswerError(
                source, f"$.hourly.{variable}", f"{len(getattr(hourly, variable))} values", f"{len(hourly.time)} values"
            )
    zone = timezone(timedelta(seconds=answer.utc_offset_seconds))
    columns = zip(hourly.time, hourly.precipitation, hourly.wind_speed_10m, hourly.temperature_2m, strict=True)
    hours = (
        Hour(_instant(source, n, time, zone), rain, wind, temperature)
        for n, (time, rain, wind, temperature) in enumerate(columns)
    )
    return list(days(source, region.region, hours))


def _instant(source: str, n: int, text: str, zone: timezone) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M").replace(tzinfo=zone)
    except ValueError as error:
        raise ChangedAnswerError(source, f"$.hourly.time[{n}]", text, "a time like 2025-11-11T23:00") from error
