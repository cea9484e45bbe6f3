"""Public sources into the warehouse: what is read stays, whatever happens to the network afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg
import psycopg
import pytest
from psycopg.rows import dict_row

from nova_assets.definitions import build_defs
from nova_assets.extracts.external import bcb_sgs, open_meteo
from nova_assets.extracts.external.regions import REGIONS
from nova_assets.factories import asset_key
from nova_assets.materialize import MaterializationError, Stage, external_stages, run_stage
from nova_assets.partitions import TIMEZONE, Window
from nova_assets.registry import external
from nova_assets.resources.http import Http
from nova_assets.resources.warehouse import Warehouse
from tests.conftest import Database
from tests.support.public_answers import (
    bulletin,
    hours_of,
    recorded_sources,
    recording,
    sidra,
    sources,
    station_file,
    station_hour,
    station_zip,
    target,
)
from tests.support.public_server import PublicServer, Reply, in_turn, serve

Rows = list[dict[str, Any]]
FIRST, LAST = date(2024, 5, 2), date(2024, 5, 5)
DAYS = Window(FIRST, LAST)
SGS = Stage("selic", [external.BCB_SGS.relation], FIRST, LAST)
FACTS = Stage("facts", [external.FACT_EXTERNAL_DAILY.relation], FIRST, LAST)
NOBODY = Http(mirrors={bcb_sgs.ORIGIN: "http://127.0.0.1:9"}, attempts=2, first_wait_seconds=0.01)


class Loader:
    """The warehouse location on a test's database and on the hosts that a test says."""

    def __init__(self, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        self.database = database
        self.monkeypatch = monkeypatch
        self.warehouse = Warehouse(url=database.pipeline_url)
        self.instance = dg.DagsterInstance.ephemeral()

    def load(self, http: Http, *stages: Stage, mode: str = "live") -> None:
        self.monkeypatch.setenv("NOVA_EXTERNAL", mode)
        repository = build_defs({"warehouse": self.warehouse, "http": http}).get_repository_def()
        for stage in stages:
            run_stage(stage, repository, self.instance)

    def rows(self, query: str, *parameters: Any) -> Rows:
        with psycopg.connect(self.database.admin_url) as connection, connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(query.encode(), parameters or None).fetchall()

    def values(self, relation: str) -> dict[date, tuple[Decimal, str]]:
        """Value and quality by day, of a table with one series."""
        return {row["date"]: (row["value"], row["quality"]) for row in self.rows(f"SELECT * FROM {relation}")}

    def version(self, table: external.Table) -> int | None:
        return self.warehouse.data_version(table.relation)

    def reachable(self, table: external.Table) -> tuple[str, str | None]:
        """Status and severity of the latest check whether the source answered."""
        key = dg.AssetCheckKey(asset_key(table.relation), "source_reachable")
        record = self.instance.event_log_storage.get_latest_asset_check_execution_by_key([key])[key]
        evaluation = record.event.dagster_event.asset_check_evaluation_data  # pyright: ignore[reportOptionalMemberAccess]
        return record.status.value, evaluation.severity.value

    def metadata(self, relation: str) -> Mapping[str, Any]:
        event = self.instance.get_latest_materialization_event(asset_key(relation))
        assert event
        assert event.asset_materialization
        return {name: value.value for name, value in event.asset_materialization.metadata.items()}

    def answers_of(self, relation: str) -> int:
        """How often the source itself was seen to answer."""
        return len(self.instance.fetch_materializations(asset_key(relation), limit=100).records)


@pytest.fixture
def loader(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Loader]:
    loader = Loader(database, monkeypatch)
    yield loader
    loader.instance.dispose()


TARGETS = sources(selic=[target(FIRST + timedelta(days=n), "10.75" if n < 3 else "10.50") for n in range(4)])
OBSERVED = {
    FIRST: (Decimal("10.75"), "observed"),
    FIRST + timedelta(days=1): (Decimal("10.75"), "observed"),
    FIRST + timedelta(days=2): (Decimal("10.75"), "observed"),
    LAST: (Decimal("10.50"), "observed"),
}
SELIC = external.BCB_SGS.relation


@pytest.fixture
def server() -> Iterator[PublicServer]:
    with serve(TARGETS) as server:
        yield server


def test_a_source_is_read_through_trouble_and_a_second_time_nothing_changes(loader: Loader, server: PublicServer):
    server.answer = lambda request: Reply(status=503) if len(server.requests) == 1 else TARGETS(request)
    loader.load(server.http(), SGS, FACTS)
    assert loader.values(SELIC) == OBSERVED
    assert loader.reachable(external.BCB_SGS) == ("SUCCEEDED", "WARN")
    versions = [loader.version(table) for table in (external.BCB_SGS, external.FACT_EXTERNAL_DAILY)]
    loader.load(server.http(), SGS, FACTS)
    assert [loader.version(table) for table in (external.BCB_SGS, external.FACT_EXTERNAL_DAILY)] == versions
    assert loader.values(SELIC) == OBSERVED


def test_a_corrected_value_replaces_the_former_one(loader: Loader, server: PublicServer):
    loader.load(server.http(), SGS)
    server.answer = sources(selic=[target(LAST, "10.25")])
    loader.load(server.http(), SGS)
    # What the source no longer repeats stays: gaps are likelier than values taken back.
    assert loader.values(SELIC) == OBSERVED | {LAST: (Decimal("10.25"), "observed")}


@pytest.mark.parametrize(
    "trouble",
    [Reply(status=503), Reply(status=429, headers={"Retry-After": "900"}), Reply(b"[" * 50, cut_at=9), None],
    ids=["in trouble", "busy", "breaks off", "nobody there"],
)
def test_without_the_source_the_last_values_stay_and_everything_says_so(
    loader: Loader, server: PublicServer, trouble: Reply | None
):
    loader.load(server.http(), SGS, FACTS)
    kept, version = loader.rows(f"SELECT * FROM {SELIC} ORDER BY date"), loader.version(external.BCB_SGS)
    server.answer = in_turn(trouble or Reply())
    loader.load(server.http(attempts=2) if trouble else NOBODY, SGS, FACTS)

    assert loader.rows(f"SELECT * FROM {SELIC} ORDER BY date") == kept
    assert loader.version(external.BCB_SGS) == version
    assert loader.reachable(external.BCB_SGS) == ("FAILED", "WARN")
    metadata = loader.metadata(SELIC)
    assert "api.bcb.gov.br" in metadata["unreachable"]
    assert datetime.fromisoformat(metadata["values_kept_from"]) == kept[0]["fetched_at"]
    assert metadata["changed"] is False
    # Downstream went on with what there is, and the source itself was not seen again: its freshness runs out.
    assert loader.rows(f"SELECT count(*) AS n FROM {FACTS.relations[0]}") == [{"n": 4}]
    assert loader.answers_of("public.bcb_sgs") == 1


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (Reply(b'[{"data": "02/05/2024", "valor": "10.75"}, {"da'), "the body is .*expected JSON"),
        (Reply(b'{"data": []}'), "expected Expected `array`"),
        (Reply(b'[{"data": "02/05/2024", "taxa": "10.75"}]'), "missing required field `valor`"),
        (Reply(b'[{"data": "02/05/2024", "valor": "1075"}]'), r"\$\[0\]\.valor is '1075'"),
        (Reply(b'[{"data": "02/05/2024", "valor": "10.75"}]' + b" " * 2_000_000), "sent more than 1,000,000 bytes"),
        (Reply(b'{"error": "no maximo, 10 anos"}', 406), "status 406: .*10 anos"),
    ],
    ids=["truncated", "other document", "other field", "other unit", "oversized", "refused"],
)
def test_an_answer_that_cannot_be_right_stops_the_load_and_the_former_values_stay(
    loader: Loader, server: PublicServer, reply: Reply, message: str
):
    loader.load(server.http(), SGS)
    server.answer = in_turn(reply)
    with pytest.raises(MaterializationError, match=message):
        loader.load(server.http(max_bytes=1_000_000), SGS)
    assert loader.values(SELIC) == OBSERVED
    assert loader.answers_of("public.bcb_sgs") == 1


def test_simulated_values_never_replace_observed_ones_and_give_way_to_them(loader: Loader, server: PublicServer):
    server.answer = sources(selic=[target(FIRST, "10.75")])
    loader.load(server.http(), SGS)
    loader.load(NOBODY, SGS, mode="simulated")
    mixed = loader.values(SELIC)
    assert mixed[FIRST] == OBSERVED[FIRST]
    assert [quality for _, quality in (mixed[day] for day in sorted(mixed))] == ["observed", *["simulated"] * 3]
    assert loader.answers_of("public.bcb_sgs") == 1

    loader.load(NOBODY, SGS, mode="live")
    assert loader.values(SELIC) == mixed

    server.answer = TARGETS
    loader.load(server.http(), SGS, mode="live")
    assert loader.values(SELIC) == OBSERVED


def test_the_default_comes_up_without_network_and_marks_every_value(loader: Loader):
    loader.load(NOBODY, *external_stages(DAYS), mode="simulated")
    rows = loader.rows(
        "SELECT source, count(*) AS rows, array_agg(DISTINCT quality) AS qualities,"
        " bool_and(date BETWEEN '2024-03-01' AND '2024-05-21') AS near"
        " FROM core.fact_external_daily GROUP BY source ORDER BY source"
    )
    assert rows == [
        # Two business days, two rates; the first of March to May; four days, three series, three regions.
        {"source": "bcb_ptax", "rows": 4, "qualities": ["simulated"], "near": True},
        {"source": "bcb_sgs", "rows": 4, "qualities": ["simulated"], "near": True},
        {"source": "ibge_sidra", "rows": 3, "qualities": ["simulated"], "near": True},
        {"source": "open_meteo", "rows": 36, "qualities": ["simulated"], "near": True},
    ]
    version = loader.version(external.FACT_EXTERNAL_DAILY)
    loader.load(NOBODY, *external_stages(DAYS), mode="simulated")
    assert loader.version(external.FACT_EXTERNAL_DAILY) == version


def test_a_setting_that_means_nothing_is_refused(loader: Loader):
    with pytest.raises(MaterializationError, match="NOVA_EXTERNAL is 'perhaps'"):
        loader.load(NOBODY, SGS, mode="perhaps")


def test_a_forecast_stands_in_until_the_day_is_observed(loader: Loader, server: PublicServer):
    today = datetime.now(ZoneInfo(TIMEZONE)).date()
    ahead = [today + timedelta(days=n) for n in range(-open_meteo.PAST_DAYS, open_meteo.FORECAST_DAYS)]
    yesterday, archived = today - timedelta(days=1), today - timedelta(days=3)
    days = archived, yesterday
    archive = Stage("archive", [external.OPEN_METEO_ARCHIVE.relation], *days)
    forecast = Stage("forecast", [external.OPEN_METEO_FORECAST.relation])
    facts = Stage("facts", [external.FACT_EXTERNAL_DAILY.relation], *days)

    server.answer = lambda request: sources(
        weather=lambda _: hours_of(ahead, rain=1.0) if "forecast" in request.path else hours_of([archived], rain=0.0)
    )(request)
    loader.load(server.http(), archive, forecast, facts)
    rain = {
        row["date"]: (row["value"], row["quality"])
        for row in loader.rows(
            "SELECT * FROM core.fact_external_daily WHERE series = 'rain' AND region = %s", "Recife-PE"
        )
    }
    assert rain[archived] == (0, "observed")
    assert rain[yesterday] == (24, "forecast")
    assert max(rain) == today + timedelta(days=open_meteo.FORECAST_DAYS - 1)

    server.answer = sources(weather=lambda _: hours_of([archived, yesterday], rain=0.25))
    loader.load(server.http(), archive, facts)
    observed = loader.rows(
        "SELECT DISTINCT value, quality FROM core.fact_external_daily WHERE series = 'rain' AND date = %s", yesterday
    )
    assert observed == [{"value": 6, "quality": "observed"}]


def test_a_month_that_comes_out_late_reaches_the_facts(loader: Loader, server: PublicServer):
    server.answer = sources(ipca=sidra(("202403", "0.16"), ("202404", "0.38")))
    loader.load(server.http(), Stage("prices", [external.IBGE_SIDRA.relation]), FACTS)
    rows = loader.rows("SELECT date, value FROM core.fact_external_daily ORDER BY date")
    assert rows == [
        {"date": date(2024, 3, 1), "value": Decimal("0.16")},
        {"date": date(2024, 4, 1), "value": Decimal("0.38")},
    ]


def test_station_files_of_a_year_become_days(loader: Loader, server: PublicServer):
    files = {}
    for region in REGIONS:
        instants = [datetime(2024, 5, 2, 3) + timedelta(hours=n) for n in range(48)]
        # The second day misses five hours: too many.
        lines = [station_hour(instant, rain="-9999" if n >= 43 else "0,5") for n, instant in enumerate(instants)]
        files[f"2024/INMET_NE_BA_{region.station}_X_01-01-2024_A_31-12-2024.CSV"] = station_file(region.station, lines)
    server.answer = sources(stations=station_zip(files | {"2024/INMET_N_AC_A104_X.CSV": b"\xff"}))
    loader.load(server.http(), Stage("stations", [external.INMET.relation], FIRST, LAST))
    rows = loader.rows(f"SELECT * FROM {external.INMET.relation} WHERE series = 'rain' ORDER BY region")
    assert [(row["region"], row["date"], row["value"]) for row in rows] == [
        (region, FIRST, Decimal(12)) for region in ("Fortaleza-CE", "Recife-PE", "Salvador-BA")
    ]
    assert [request.path for request in server.requests] == ["/uploads/dadoshistoricos/2024.zip"]


def test_closing_rates_are_asked_for_as_the_service_wants(loader: Loader, server: PublicServer):
    server.answer = sources(ptax=[bulletin("2024-05-02 13:07:09.245", "Fechamento", 5.1202, 5.1208)])
    loader.load(server.http(), Stage("ptax", [external.BCB_PTAX.relation], FIRST, LAST))
    assert server.requests[0].query == {
        "@moeda": "'USD'",
        "@dataInicial": "'05-02-2024'",
        "@dataFinalCotacao": "'05-05-2024'",
        "$format": "json",
    }
    rows = loader.rows(f"SELECT series, value, unit FROM {external.BCB_PTAX.relation} ORDER BY series")
    assert rows == [
        {"series": "usd_brl_buy", "value": Decimal("5.1202"), "unit": "BRL per USD"},
        {"series": "usd_brl_sell", "value": Decimal("5.1208"), "unit": "BRL per USD"},
    ]


@pytest.mark.real_data
def test_the_recorded_answers_of_two_years_reach_the_facts(loader: Loader, server: PublicServer, shared_data: Path):
    first, last = date(2023, 1, 1), date(2024, 12, 31)
    server.answer = recorded_sources(shared_data)
    daily, _, facts = external_stages(Window(first, last))
    prices = Stage("prices", [external.IBGE_SIDRA.relation])
    loader.load(server.http(), daily, prices, facts)
    counted = {
        (row["source"], row["series"]): row["rows"]
        for row in loader.rows(
            "SELECT source, series, count(*) AS rows FROM core.fact_external_daily"
            " WHERE date BETWEEN %s AND %s GROUP BY 1, 2",
            first,
            last,
        )
    }
    bulletins = recording(shared_data, "bcb_olinda_ptax_usd")["value"]
    closed = {one["dataHoraCotacao"][:10] for one in bulletins if one["tipoBoletim"] == "Fechamento"}
    business_days = sum(first.isoformat() <= day <= last.isoformat() for day in closed)
    assert counted == {
        ("bcb_sgs", "selic_target"): 731,
        ("bcb_ptax", "usd_brl_buy"): business_days,
        ("bcb_ptax", "usd_brl_sell"): business_days,
        ("ibge_sidra", "ipca_monthly_change"): 24,
        **{("open_meteo", series): 3 * 731 for series in ("rain", "wind_max", "temperature_mean")},
    }
    assert loader.rows("SELECT DISTINCT quality FROM core.fact_external_daily") == [{"quality": "observed"}]
    hours = recording(shared_data, "openmeteo_archive_recife_pe")["hourly"]
    # 15 June in Bahia is from 03:00 to 02:00 in UTC.
    start = hours["time"].index("2024-06-15T03:00")
    stored = loader.rows(
        "SELECT value FROM core.fact_external_daily WHERE region = 'Recife-PE' AND date = '2024-06-15' AND series = %s",
        "rain",
    )
    assert stored == [{"value": sum(Decimal(str(value)) for value in hours["precipitation"][start : start + 24])}]
    # Two years are asked for in pieces that the services allow.
    archive = [request for request in server.requests if request.path == open_meteo.ARCHIVE_PATH]
    assert len(archive) == 2 * len(REGIONS)
