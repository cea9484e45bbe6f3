"""Answers of public sources become readings, or an error that names what changed."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nova_assets.extracts.external import bcb_ptax, bcb_sgs, ibge_sidra, inmet, open_meteo, simulation
from nova_assets.extracts.external.readings import RAIN, ChangedAnswerError, Reading, chunks
from nova_assets.extracts.external.regions import REGIONS
from nova_assets.extracts.external.weather import Hour, days
from nova_assets.partitions import FIRST_DAY, Window
from tests.support.public_answers import bulletin, hours_of, recording, sidra, station_file, station_hour, station_zip

SALVADOR = REGIONS[0]
DAY = date(2024, 5, 2)


def values(readings: list[Reading]) -> dict[tuple[str, date], Decimal]:
    return {(one.series.name, one.date): one.value for one in readings}


def body(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode()


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.decimals(0, 100, places=2))
def test_a_target_is_read_with_its_day(day: date, value: Decimal):
    found = bcb_sgs.parse(body([{"data": f"{day.day:02d}/{day.month:02d}/{day.year}", "valor": str(value)}]))
    assert values(found) == {("selic_target", day): value}


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ({"data": []}, r"\$ is \{'data': \[\]\}, expected Expected `array`"),
        ([{"data": "02/05/2024"}], "missing required field `valor`"),
        ([{"data": "02/05/2024", "valor": 10.5}], r"\$\[0\]\.valor is 10\.5, expected Expected `str`"),
        ([{"data": "2024-05-02", "valor": "10.5"}], r"\$\[0\]\.data is '2024-05-02', expected a date like"),
        ([{"data": "02/05/2024", "valor": "10,50"}], r"\$\[0\]\.valor is '10,50', expected a number of 0 to 100"),
        ([{"data": "02/05/2024", "valor": "NaN"}], r"'NaN'"),
        ([{"data": "02/05/2024", "valor": "1050"}], r"'1050', expected a number of 0 to 100 % per year"),
    ],
)
def test_an_answer_of_another_form_is_refused_with_the_field_and_its_value(answer: Any, message: str):
    with pytest.raises(ChangedAnswerError, match=message):
        bcb_sgs.parse(body(answer))


@pytest.mark.parametrize("cut", [b"", b'[{"data": "02/05/20', b"<html>maintenance</html>", b"\xff\xfe"])
def test_what_is_no_whole_json_is_refused(cut: bytes):
    with pytest.raises(ChangedAnswerError, match=r"the body is .* expected JSON"):
        bcb_sgs.parse(cut)


@given(st.binary(max_size=200))
def test_no_answer_whatever_breaks_a_parser_otherwise_than_by_saying_so(answer: bytes):
    for parse in (
        bcb_sgs.parse,
        bcb_ptax.parse,
        ibge_sidra.parse,
        lambda b: open_meteo.parse(b, SALVADOR),
        lambda b: inmet.parse(b, SALVADOR),
    ):
        with suppress(ChangedAnswerError):
            assert parse(answer) == []


def test_the_closing_bulletin_is_the_rate_of_the_day_and_the_latest_of_two():
    answer = {
        "value": [
            bulletin("2024-05-02 10:03:27.287", "Abertura", 5.1, 5.2),
            bulletin("2024-05-02 13:07:09.245", "Fechamento", 5.1202, 5.1208),
            bulletin("2024-05-02 13:09:00.1", "Fechamento", 5.1302, 5.1308),
            bulletin("2024-05-02 13:07:09.24", "Intermediário", 5.3, 5.4),
            bulletin("2024-05-03 10:03:27.287", "Abertura", 5.0, 5.1),
        ]
    }
    found = values(bcb_ptax.parse(body(answer)))
    assert found == {("usd_brl_buy", DAY): Decimal("5.1302"), ("usd_brl_sell", DAY): Decimal("5.1308")}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"tipoBoletim": "Fechamento2"}, r"tipoBoletim is 'Fechamento2', expected one of Abertura"),
        ({"cotacaoVenda": "n/d"}, r"cotacaoVenda is 'n/d'"),
        ({"cotacaoVenda": 5120.8}, r"cotacaoVenda is '5120.8', expected a number of 0.1 to 100 BRL per USD"),
        ({"dataHoraCotacao": "02/05/2024 13:07:09"}, r"dataHoraCotacao is '02/05/2024'"),
    ],
)
def test_a_bulletin_of_another_form_is_refused(change: dict[str, Any], message: str):
    answer = {"value": [bulletin("2024-05-02 13:07:09.245", "Fechamento", 5.1202, 5.1208) | change]}
    with pytest.raises(ChangedAnswerError, match=message):
        bcb_ptax.parse(body(answer))


def test_months_of_prices_are_read_after_their_header_and_signs_for_nothing_are_skipped():
    found = ibge_sidra.parse(body(sidra(("202403", "0.16"), ("202404", "..."), ("202405", "-0.38"))))
    assert values(found) == {
        ("ipca_monthly_change", date(2024, 3, 1)): Decimal("0.16"),
        ("ipca_monthly_change", date(2024, 5, 1)): Decimal("-0.38"),
    }


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([], "a header with D2C"),
        (sidra(("202403", "0.16"))[1:], "a header with D2C"),
        (
            [*sidra(), {"V": "0.16", "MN": "Índice", "D2C": "63", "D3C": "202403"}],
            r"\$\[1\]\.MN is 'Índice', expected %",
        ),
        ([*sidra(), {"V": "0.16", "MN": "%", "D2C": "69", "D3C": "202403"}], r"\$\[1\]\.D2C is '69', expected 63"),
        (sidra(("2024", "0.16")), r"\$\[1\]\.D3C is '2024'"),
        (sidra(("202403", "0,16")), r"\$\[1\]\.V is '0,16'"),
    ],
)
def test_a_table_of_another_form_is_refused(lines: list[dict[str, str]], message: str):
    with pytest.raises(ChangedAnswerError, match=message):
        ibge_sidra.parse(body(lines))


def test_hours_become_days_of_rain_wind_and_temperature():
    answer = hours_of([DAY], rain=0.5, wind=20.0, temperature=26.0)
    answer["hourly"]["wind_speed_10m"][7] = 41.5
    answer["hourly"]["temperature_2m"][0] = 25.0
    assert values(open_meteo.parse(body(answer), SALVADOR)) == {
        ("rain", DAY): Decimal(12),
        ("wind_max", DAY): Decimal("41.5"),
        ("temperature_mean", DAY): Decimal("25.96"),
    }


def test_a_day_with_an_hour_missing_has_no_value_of_that_series():
    answer = hours_of([DAY, DAY + timedelta(days=1)])
    answer["hourly"]["precipitation"][30] = None
    found = values(open_meteo.parse(body(answer), SALVADOR))
    assert ("rain", DAY) in found
    assert ("rain", DAY + timedelta(days=1)) not in found
    assert ("wind_max", DAY + timedelta(days=1)) in found


def test_hours_in_utc_are_counted_on_the_companys_days():
    answer = hours_of([DAY, DAY + timedelta(days=1)]) | {"utc_offset_seconds": 0}
    # From 03:00 to 02:00 of the next day in UTC it is the second of May in Bahia; both ends are no whole days.
    assert {one.date for one in open_meteo.parse(body(answer), SALVADOR)} == {DAY}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"hourly_units": {"temperature_2m": "°F"}}, "hourly_units.temperature_2m is '°F', expected °C"),
        ({"hourly": {"time": []}}, "missing required field `temperature_2m`"),
        ({"utc_offset_seconds": "GMT"}, r"utc_offset_seconds is 'GMT', expected Expected `int`"),
    ],
)
def test_weather_of_another_form_is_refused(change: dict[str, Any], message: str):
    with pytest.raises(ChangedAnswerError, match=message):
        open_meteo.parse(body(hours_of([DAY]) | change), SALVADOR)


def test_columns_of_different_length_are_refused():
    answer = hours_of([DAY])
    answer["hourly"]["precipitation"].pop()
    with pytest.raises(ChangedAnswerError, match=r"hourly\.precipitation is '23 values', expected 24 values"):
        open_meteo.parse(body(answer), SALVADOR)


@given(
    st.lists(
        st.one_of(st.none(), st.decimals(0, 20, places=1)),
        min_size=24,
        max_size=24,
    )
)
def test_rain_of_a_day_is_the_sum_of_its_hours_or_absent(rain: list[Decimal | None]):
    start = datetime(2024, 5, 2, 3, tzinfo=UTC)
    hours = [Hour(start + timedelta(hours=n), value, None, None) for n, value in enumerate(rain)]
    found = list(days("test", SALVADOR.region, hours))
    if None in rain:
        assert found == []
    else:
        assert values(found) == {("rain", DAY): sum(value for value in rain if value is not None)}


STATION_DAY = [station_hour(datetime(2024, 5, 2, 3, tzinfo=UTC) + timedelta(hours=n)) for n in range(24)]


def test_a_station_file_in_the_published_layout_is_read():
    lines = [*STATION_DAY]
    lines[3] = station_hour(datetime(2024, 5, 2, 6), rain=",8", temperature="-9999", wind="10")
    lines[4] = station_hour(datetime(2024, 5, 2, 7), rain="", temperature="", wind="")
    hours = inmet.parse(station_file("A401", lines), SALVADOR)
    assert hours[3] == Hour(datetime(2024, 5, 2, 6, tzinfo=UTC), Decimal("0.8"), Decimal(36), None)
    assert (hours[4].rain, hours[4].wind, hours[4].temperature) == (None, None, None)
    assert values(list(days("test", SALVADOR.region, hours, inmet.LEAST_HOURS))) == {
        ("rain", DAY): Decimal("0.8"),
        ("wind_max", DAY): Decimal(36),
        ("temperature_mean", DAY): Decimal("25.4"),
    }


def test_the_layout_of_the_years_before_2019_is_read_too():
    columns = ["DATA (YYYY-MM-DD)", "HORA (UTC)", "PRECIPITACAO TOTAL, HORARIO (mm)"]
    columns += ["TEMPERATURA DO AR - BULBO SECO, HORÁRIA (°C)", "VENTO, VELOCIDADE HORÁRIA (m/s)"]
    file = station_file("A401", ["2018-05-02;13:00;1,5;24;3;"], columns)
    assert inmet.parse(file, SALVADOR) == [
        Hour(datetime(2018, 5, 2, 13, tzinfo=UTC), Decimal("1.5"), Decimal("10.8"), Decimal(24))
    ]


def test_an_impossible_value_of_a_sensor_counts_as_not_measured():
    line = station_hour(datetime(2024, 5, 2, 6), rain="-1", temperature="99", wind="500")
    (hour,) = inmet.parse(station_file("A401", [line]), SALVADOR)
    assert (hour.rain, hour.wind, hour.temperature) == (None, None, None)


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (station_file("A301", STATION_DAY), r"CODIGO \(WMO\) is 'A301', expected A401"),
        (station_file("A401", STATION_DAY, ["Data", "Hora UTC", "CHUVA (mm)"]), "expected one “PRECIPITACAO TOTAL…”"),
        (station_file("A401", ["2024/05/02;0300 UTC;0"]), "line 10 is .* expected at least 10 cells"),
        (station_file("A401", [STATION_DAY[0].replace("25,4", "warm")]), "temperature of line 10 is 'warm'"),
        (station_file("A401", [STATION_DAY[0].replace("2024/05/02", "2024/02/30")]), "date and hour of line 10"),
    ],
)
def test_a_station_file_of_another_form_is_refused(file: bytes, message: str):
    with pytest.raises(ChangedAnswerError, match=message):
        inmet.parse(file, SALVADOR)


@pytest.mark.parametrize(
    ("content", "message"), [(b"no zip", "a zip of station files"), (station_zip({"A1.CSV": b""}), "files of A401")]
)
def test_a_year_without_our_stations_is_refused(tmp_path: Path, content: bytes, message: str):
    (tmp_path / "2024.zip").write_bytes(content)
    with pytest.raises(ChangedAnswerError, match=message):
        inmet.station_hours(tmp_path / "2024.zip")


@given(st.dates(date(2019, 1, 1), date(2026, 1, 1)), st.integers(0, 900), st.integers(1, 400))
def test_chunks_cover_a_window_once_and_none_is_too_long(first: date, length: int, days_at_once: int):
    window = Window(first, first + timedelta(days=length))
    parts = list(chunks(window, days_at_once))
    assert (parts[0].first, parts[-1].last) == (window.first, window.last)
    assert all((part.last - part.first).days < days_at_once for part in parts)
    assert all(b.first - a.last == timedelta(days=1) for a, b in pairwise(parts))


SIMULATIONS = (simulation.selic, simulation.ptax, simulation.ipca, simulation.weather)


@pytest.mark.parametrize("simulate", SIMULATIONS)
def test_a_simulated_value_does_not_depend_on_the_window_that_asks_for_it(simulate):
    whole = values_by_place(simulate(Window(FIRST_DAY, date(2022, 12, 31))))
    part = values_by_place(simulate(Window(date(2021, 2, 10), date(2021, 5, 20))))
    assert part
    assert part == {place: whole[place] for place in part}


def values_by_place(readings: list[Reading]) -> dict[tuple[str, str, date], Decimal]:
    return {(one.series.name, one.region, one.date): one.value for one in readings}


def test_simulated_rain_has_the_season_of_its_region_and_dry_days():
    year = [one for one in simulation.weather(Window(date(2022, 1, 1), date(2022, 12, 31))) if one.series is RAIN]
    assert 0.1 < sum(one.value == 0 for one in year) / len(year) < 0.8
    for region, wet, dry in (("Salvador-BA", 5, 11), ("Fortaleza-CE", 4, 10)):
        by_month = {
            month: sum(one.value for one in year if one.region == region and one.date.month == month)
            for month in (wet, dry)
        }
        assert by_month[wet] > by_month[dry]


@pytest.mark.real_data
def test_the_recorded_answers_are_read_whole(shared_data: Path):
    selic = bcb_sgs.parse(body(recording(shared_data, "bcb_sgs_selic")["data"]))
    assert len(selic) == 3968
    assert values(selic)["selic_target", date(2020, 8, 6)] == 2

    ptax = values(bcb_ptax.parse(body(recording(shared_data, "bcb_olinda_ptax_usd"))))
    assert len(ptax) == 2 * 2725
    assert ptax["usd_brl_sell", date(2025, 11, 10)] > 5
    assert ("usd_brl_sell", date(2025, 11, 11)) not in ptax

    prices = ibge_sidra.parse(body(recording(shared_data, "ibge_sidra_ipca")))
    assert (prices[0].date, prices[0].value) == (date(2015, 1, 1), Decimal("1.24"))
    assert (prices[-1].date, prices[-1].value) == (date(2025, 10, 1), Decimal("0.09"))

    raw = recording(shared_data, "openmeteo_archive_salvador_ba")
    weather = values(open_meteo.parse(body(raw), SALVADOR))
    # 1,461 days of hours in UTC are 1,460 whole days in Bahia; the first is the first day's hours from 03:00 UTC on.
    assert len({day for _, day in weather}) == 1460
    rain = sum(Decimal(str(value)) for value in raw["hourly"]["precipitation"][3:27])
    assert weather["rain", date(2021, 11, 12)] == rain
