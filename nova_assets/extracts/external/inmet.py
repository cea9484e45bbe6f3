"""INMET: the hours that automatic weather stations measured, one zip a year with one CSV file per station.

A file begins with eight lines about the station (`CODIGO (WMO):;A401`), then names its columns, then has one line per
hour in UTC. It is latin-1 with `;` and decimal commas (`,8` is 0.8); an empty cell or -9999 is an hour not measured.
https://portal.inmet.gov.br/dadoshistoricos
"""

from __future__ import annotations

import csv
import io
import tempfile
import unicodedata
import zipfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from zoneinfo import ZoneInfo

from nova_assets.extracts.external.readings import RAIN, TEMPERATURE_MEAN, WIND_MAX, ChangedAnswerError, Reading, Series
from nova_assets.extracts.external.regions import REGIONS, Region
from nova_assets.extracts.external.weather import Hour, days
from nova_assets.partitions import TIMEZONE, Window
from nova_assets.resources.http import MEGABYTE, Http, RequestRefusedError

SOURCE = "INMET stations"
ORIGIN = "https://portal.inmet.gov.br"
PATH = "/uploads/dadoshistoricos/{year}.zip"
MAX_ZIP_BYTES = 400 * MEGABYTE
MAX_STATION_BYTES = 30 * MEGABYTE
HEADER_LINES = 8
STATION_CODE = "CODIGO (WMO)"
# Stations miss hours; fewer than these say too little about a day.
LEAST_HOURS = 20
KILOMETRES_PER_HOUR = Decimal("3.6")
# Columns by the beginning of their names, accents and case put aside: both changed over the years.
DATE, HOUR = "DATA", "HORA"
MEASURED: Mapping[str, str] = {
    "rain": "PRECIPITACAO TOTAL",
    "wind": "VENTO, VELOCIDADE",
    "temperature": "TEMPERATURA DO AR - BULBO SECO",
}


def read(http: Http, window: Window) -> list[Reading]:
    """The days of the window that the regions' stations measured. A year that is not published yet has none.

    Raises:
        ChangedAnswerError: a file has another form, or the year's zip has none of our stations.
        SourceUnreachableError, RequestRefusedError, AnswerTooLargeError: as `Http.save`.
    """
    hours: dict[Region, list[Hour]] = {region: [] for region in REGIONS}
    with tempfile.TemporaryDirectory(prefix="nova-inmet-") as folder:
        for year in range(window.first.year, window.last.year + 1):
            path = Path(folder) / f"{year}.zip"
            if _download(http, year, path):
                for region, of_year in station_hours(path).items():
                    hours[region] += of_year
                path.unlink()
    found = [one for region in REGIONS for one in days(SOURCE, region.region, hours[region], LEAST_HOURS)]
    return [one for one in found if one.date in window]


def _download(http: Http, year: int, path: Path) -> bool:
    """Whether the year is published; only the running year may not be yet."""
    try:
        http.save(ORIGIN + PATH.format(year=year), path, MAX_ZIP_BYTES)
    except RequestRefusedError as error:
        if error.status == 404 and year == datetime.now(ZoneInfo(TIMEZONE)).year:
            return False
        raise
    return True


def station_hours(path: Path) -> dict[Region, list[Hour]]:
    """The hours of our stations in a year's zip."""
    found: dict[Region, list[Hour]] = {}
    try:
        with zipfile.ZipFile(path) as archive:
            for region in REGIONS:
                for member in archive.infolist():
                    if f"_{region.station}_" in member.filename:
                        found[region] = parse(_content(archive, member), region)
    except zipfile.BadZipFile as error:
        raise ChangedAnswerError(SOURCE, path.name, str(error), "a zip of station files") from error
    if not found:
        stations = ", ".join(region.station for region in REGIONS)
        raise ChangedAnswerError(SOURCE, path.name, "no file of our stations", f"files of {stations}")
    return found


def _content(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    if member.file_size > MAX_STATION_BYTES:
        raise ChangedAnswerError(SOURCE, member.filename, f"{member.file_size} bytes", f"at most {MAX_STATION_BYTES}")
    return archive.read(member)


def parse(body: bytes, region: Region) -> list[Hour]:
    """The hours of one station file, which must be of the region's station."""
    text = io.StringIO(body.decode("latin-1"), newline=None)
    lines = csv.reader(text, delimiter=";", quoting=csv.QUOTE_NONE)
    station = {row[0].rstrip(":"): row[1] for _, row in zip(range(HEADER_LINES), lines, strict=False) if len(row) > 1}
    if station.get(STATION_CODE) != region.station:
        raise ChangedAnswerError(SOURCE, STATION_CODE, station.get(STATION_CODE), region.station)
    columns = _columns(next(lines, []), region)
    return [hour for row in lines if any(row) for hour in _hour(row, columns, lines.line_num)]


def _columns(header: list[str], region: Region) -> dict[str, int]:
    names = [_plain(name) for name in header]
    columns = {}
    for column, beginning in {"date": DATE, "hour": HOUR, **MEASURED}.items():
        places = [place for place, name in enumerate(names) if name.startswith(beginning)]
        if len(places) != 1:
            raise ChangedAnswerError(f"{SOURCE} {region.station}", "the column names", header, f"one “{beginning}…”")
        columns[column] = places[0]
    return columns


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.strip().upper())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def _hour(row: list[str], columns: Mapping[str, int], line: int) -> Iterator[Hour]:
    if len(row) <= max(columns.values()):
        raise ChangedAnswerError(SOURCE, f"line {line}", ";".join(row), f"at least {max(columns.values()) + 1} cells")
    wind = _measured(row[columns["wind"]], line, "wind")
    yield Hour(
        _instant(row[columns["date"]], row[columns["hour"]], line),
        _possible(RAIN, _measured(row[columns["rain"]], line, "rain")),
        _possible(WIND_MAX, None if wind is None else wind * KILOMETRES_PER_HOUR),
        _possible(TEMPERATURE_MEAN, _measured(row[columns["temperature"]], line, "temperature")),
    )


def _instant(day: str, hour: str, line: int) -> datetime:
    """`2024/01/31` and `1300 UTC` since 2019, `2018-01-31` and `13:00` before."""
    text = f"{day.replace('-', '/')} {hour.replace(':', '').removesuffix(' UTC')}"
    try:
        return datetime.strptime(text, "%Y/%m/%d %H%M").replace(tzinfo=UTC)
    except ValueError as error:
        raise ChangedAnswerError(SOURCE, f"date and hour of line {line}", text, "like 2024/01/31 1300") from error


def _measured(cell: str, line: int, column: str) -> Decimal | None:
    text = cell.strip().replace(",", ".")
    if not text:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise ChangedAnswerError(SOURCE, f"{column} of line {line}", cell, "a number with a decimal comma") from error
    return None if value == -9999 else value


def _possible(series: Series, value: Decimal | None) -> Decimal | None:
    """A sensor's impossible value counts as not measured: one broken hour must not stop the other stations."""
    if value is None or not series.minimum <= value <= series.maximum:
        return None
    return value
