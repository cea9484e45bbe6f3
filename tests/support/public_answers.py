"""Answers of the public sources: recorded ones, cut to what is asked as the sources cut them, and small made-up ones.

No recorded station file of INMET is at hand: `station_file` writes one in the published layout.
"""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from nova_assets.extracts.external import bcb_ptax, bcb_sgs, ibge_sidra, inmet, open_meteo
from nova_assets.extracts.external.regions import REGIONS, Region
from tests.support.public_server import Answer, Reply, Request

RECORDINGS = {"Salvador-BA": "salvador_ba", "Recife-PE": "recife_pe", "Fortaleza-CE": "fortaleza_ce"}
Weather = Callable[[Region], Mapping[str, Any]]


def recording(folder: Path, name: str) -> Any:
    """A recorded answer of `../shared/data/external`."""
    return json.loads(gzip.decompress((folder / "external" / f"{name}.json.gz").read_bytes()))


def recorded_sources(folder: Path) -> Answer:
    """All sources that were recorded, each answering the days asked for.

    The recording of SGS has its list under `data`; the live API, and so this server, sends the bare list.
    """
    weather = {region.region: recording(folder, f"openmeteo_archive_{RECORDINGS[region.region]}") for region in REGIONS}
    return sources(
        selic=recording(folder, "bcb_sgs_selic")["data"],
        ptax=recording(folder, "bcb_olinda_ptax_usd")["value"],
        ipca=recording(folder, "ibge_sidra_ipca"),
        weather=lambda region: weather[region.region],
    )


def sources(
    selic: Sequence[Mapping[str, str]] = (),
    ptax: Sequence[Mapping[str, Any]] = (),
    ipca: Sequence[Mapping[str, str]] = (),
    weather: Weather | None = None,
    stations: bytes = b"",
) -> Answer:
    """A server's answers from these contents, by the paths and parameters that the sources have."""

    def answer(request: Request) -> Reply:
        if request.path == bcb_sgs.PATH:
            return _selic(selic, request)
        if request.path == bcb_ptax.PATH:
            return _json({"@odata.context": "…", "value": _ptax(ptax, request)})
        if request.path == ibge_sidra.PATH:
            return _json(ipca)
        if request.path in (open_meteo.ARCHIVE_PATH, open_meteo.FORECAST_PATH) and weather:
            return _json(_hours(weather(_region(request)), request))
        if request.path.startswith(inmet.PATH.partition("{")[0]) and stations:
            return Reply(stations)
        return Reply(b"not found", 404)

    return answer


def _selic(points: Sequence[Mapping[str, str]], request: Request) -> Reply:
    first, last = (datetime.strptime(request.query[name], "%d/%m/%Y") for name in ("dataInicial", "dataFinal"))
    found = [point for point in points if first <= datetime.strptime(point["data"], "%d/%m/%Y") <= last]
    if not found:
        return _json({"erro": {"statusCode": 404, "detail": bcb_sgs.NOTHING_FOUND}}, 404)
    return _json(found)


def _ptax(bulletins: Sequence[Mapping[str, Any]], request: Request) -> list[Mapping[str, Any]]:
    days = [
        datetime.strptime(request.query[name].strip("'"), "%m-%d-%Y").date().isoformat()
        for name in ("@dataInicial", "@dataFinalCotacao")
    ]
    return [one for one in bulletins if days[0] <= one["dataHoraCotacao"][:10] <= days[1]]


def _region(request: Request) -> Region:
    return next(region for region in REGIONS if str(region.latitude) == request.query["latitude"])


def _hours(answer: Mapping[str, Any], request: Request) -> Mapping[str, Any]:
    """The hours of the days asked for, of which the recorded ones are in UTC; a forecast is sent as it is."""
    if "start_date" not in request.query:
        return answer
    first, last = request.query["start_date"], request.query["end_date"]
    # The company's day ends three hours into the next day of UTC.
    until = (date.fromisoformat(last) + timedelta(days=1)).isoformat() if not answer["utc_offset_seconds"] else last
    kept = [n for n, time in enumerate(answer["hourly"]["time"]) if first <= time[:10] <= until]
    return {**answer, "hourly": {name: [values[n] for n in kept] for name, values in answer["hourly"].items()}}


def _json(content: Any, status: int = 200) -> Reply:
    return Reply(json.dumps(content, ensure_ascii=False).encode(), status, {"Content-Type": "application/json"})


def target(day: date, value: str) -> dict[str, str]:
    """A point of SGS."""
    return {"data": f"{day:%d/%m/%Y}", "valor": value}


def bulletin(instant: str, kind: str, buy: float, sell: float) -> dict[str, Any]:
    """A bulletin of PTAX."""
    return {"cotacaoCompra": buy, "cotacaoVenda": sell, "dataHoraCotacao": instant, "tipoBoletim": kind}


def sidra(*months: tuple[str, str]) -> list[dict[str, str]]:
    """SIDRA's table: its line of names, then months as yyyymm with their values."""
    header = {"V": "Valor", "MN": "Unidade de Medida", "D2C": ibge_sidra.VARIABLE, "D3C": ibge_sidra.MONTH_CODE}
    return [header, *({"V": value, "MN": "%", "D2C": "63", "D3C": month} for month, value in months)]


def hours_of(days: Iterable[date], rain: float | None = 0.5, wind: float = 20.0, temperature: float = 26.0) -> Any:
    """Open-Meteo's answer with the same weather in every local hour of `days`."""
    times = [f"{day}T{hour:02d}:00" for day in days for hour in range(24)]
    return {
        "utc_offset_seconds": -10800,
        "hourly_units": dict(open_meteo.UNITS),
        "hourly": {
            "time": times,
            "temperature_2m": [temperature] * len(times),
            "precipitation": [rain] * len(times),
            "wind_speed_10m": [wind] * len(times),
        },
    }


STATION_COLUMNS = (
    "Data",
    "Hora UTC",
    "PRECIPITAÇÃO TOTAL, HORÁRIO (mm)",
    "PRESSAO ATMOSFERICA AO NIVEL DA ESTACAO, HORARIA (mB)",
    "TEMPERATURA DO AR - BULBO SECO, HORARIA (°C)",
    "TEMPERATURA DO PONTO DE ORVALHO (°C)",
    "UMIDADE RELATIVA DO AR, HORARIA (%)",
    "VENTO, DIREÇÃO HORARIA (gr) (° (gr))",
    "VENTO, RAJADA MAXIMA (m/s)",
    "VENTO, VELOCIDADE HORARIA (m/s)",
)


def station_file(station: str, lines: Iterable[str], columns: Sequence[str] = STATION_COLUMNS) -> bytes:
    """A synthetic file of one automatic station in INMET's published layout: eight lines of header, names, hours."""
    header = [
        "REGIAO:;NE",
        "UF:;BA",
        "ESTACAO:;SALVADOR",
        f"CODIGO (WMO):;{station}",
        "LATITUDE:;-13,00555555",
        "LONGITUDE:;-38,50583333",
        "ALTITUDE:;47,56",
        "DATA DE FUNDACAO:;13/05/00",
    ]
    return "\r\n".join([*header, ";".join(columns) + ";", *lines, ""]).encode("latin-1")


def station_hour(instant: datetime, rain: str = "0", temperature: str = "25,4", wind: str = "2,1") -> str:
    """An hour of a station in the layout since 2019; `instant` is in UTC."""
    return f"{instant:%Y/%m/%d};{instant:%H%M} UTC;{rain};1010,2;{temperature};21,3;78;112;4,8;{wind};"


def station_zip(files: Mapping[str, bytes]) -> bytes:
    """A year's zip: file name to content."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()
