"""Exports: the same rows as the pages, in every format, from one state, and never more than is permitted."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import time
import zipfile
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg
import msgspec
import psycopg
import pyarrow as pa
import pytest
from python_calamine import CalamineWorkbook

from nova_api.exports.session import CHUNK
from nova_api.listings.catalogue import LISTINGS
from nova_api.listings.declaration import Column
from tests.support.invented_rows import fill, invent

pytestmark = pytest.mark.anyio


@pytest.fixture
def settings(settings):
    """Nothing here is about waiting for a connection, which a busy machine makes slow."""
    return msgspec.structs.replace(settings, acquire_timeout=10.0)


async def pages(client, address: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    while address:
        answer = await client.get(address)
        rows += answer.json()["data"]
        address = answer.links.get("next", {}).get("url")
    return rows


def of_csv(body: bytes, columns: dict[str, Column]) -> list[dict[str, Any]]:
    def value(name: str, text: str) -> Any:
        if text == "" and (columns[name].nullable or columns[name].type is not str):
            return None
        kinds = {int: int, float: float, bool: json.loads, list: json.loads, dict: json.loads}
        if columns[name].type is str and text[:2] in {"'=", "'+", "'-", "'@"}:
            return text[1:]
        return kinds.get(columns[name].type, str)(text)

    lines = csv.DictReader(io.StringIO(body.decode(), newline=""))
    return [{name: value(name, text) for name, text in line.items()} for line in lines]


def of_ndjson(body: bytes, columns: dict[str, Column]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in body.splitlines()]


def of_arrow(body: bytes, columns: dict[str, Column]) -> list[dict[str, Any]]:
    rows = pa.ipc.open_stream(body).read_all().to_pylist()
    documents = [name for name, column in columns.items() if column.type in (list, dict)]
    read = [row | {name: json.loads(row[name]) for name in documents if row[name] is not None} for row in rows]
    return json.loads(msgspec.json.encode(read))


def of_xlsx(body: bytes, columns: dict[str, Column]) -> list[dict[str, Any]]:
    sheet: Any = CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_index(0)
    names, *lines = sheet.to_python()
    return [{name: _cell(value, columns[name]) for name, value in zip(names, line, strict=True)} for line in lines]


def _cell(value: Any, column: Column) -> Any:
    if not str(value) and (column.nullable or column.type is not str):
        return None
    if column.type is datetime:
        return _to_the_millisecond(value.replace(tzinfo=UTC))
    if column.type is date:
        return value.isoformat()
    return json.loads(value) if column.type in (list, dict) else value


def _to_the_millisecond(instant: datetime) -> str:
    rounded = instant + timedelta(microseconds=500)
    return rounded.replace(microsecond=rounded.microsecond // 1000 * 1000).isoformat()


def in_text(row: dict[str, Any], columns: Mapping[str, Column]) -> dict[str, Any]:
    """What lines of text keep of a row: an empty text is no text."""
    return {name: None if value == "" and columns[name].nullable else value for name, value in row.items()}


def in_a_sheet(row: dict[str, Any], columns: Mapping[str, Column]) -> dict[str, Any]:
    """What a spreadsheet program keeps of a row: 16 digits of a number, milliseconds of an instant."""

    def kept(value: Any, column: Column) -> Any:
        if column.type is datetime and value is not None:
            return _to_the_millisecond(datetime.fromisoformat(value))
        return float(f"{value:.16g}") if isinstance(value, float) else value

    return {name: kept(value, columns[name]) for name, value in in_text(row, columns).items()}


READERS = {"csv": of_csv, "ndjson": of_ndjson, "arrow": of_arrow, "xlsx": of_xlsx}


@pytest.mark.parametrize("listing", LISTINGS, ids=lambda listing: listing.name)
async def test_an_export_in_every_format_holds_the_rows_of_the_pages(listing, warehouse, serving, settings):
    into, rows = invent(listing, 12, seed=7)
    with psycopg.connect(warehouse.admin_url, autocommit=True) as connection:
        fill(connection, into, rows)
    version = warehouse.publish(into.relation)
    sort = listing.orders[-1]
    async with serving(settings) as client:
        expected = await pages(client, f"/api/v1/{listing.path}?limit=5&sort={sort}")
        assert expected
        for name, read in READERS.items():
            answer = await client.get(f"/api/v1/exports/{listing.path}?format={name}&sort={sort}")
            assert answer.status_code == 200, answer.text
            kept = {"xlsx": in_a_sheet, "csv": in_text}.get(name, lambda row, columns: row)
            wanted = [kept(row, listing.columns) for row in expected]
            assert read(answer.content, dict(listing.columns)) == wanted, name
            assert answer.headers["x-row-count"] == str(len(expected))
            assert f"{into.relation}={version}" in answer.headers["x-data-version"]
            assert answer.headers["content-disposition"].endswith(f'.{name}"')


@pytest.fixture
def many(warehouse) -> int:
    """Weeks of demand, more than two chunks of them."""
    count = 2 * CHUNK + 10
    warehouse.execute("DELETE FROM analytics.features_demand_weekly")
    warehouse.execute(
        "INSERT INTO analytics.features_demand_weekly (item_id, week, demand, request_lines) "
        "SELECT 'I' || n / 50, date '2000-01-03' + n %% 50 * 7, n, 1 FROM generate_series(1, %s) AS n",
        count,
    )
    warehouse.publish("analytics.features_demand_weekly")
    return count


async def test_an_export_is_of_one_state_although_the_rows_change_meanwhile(many, warehouse, serving, settings):
    async with serving(settings) as client:
        whole = (await client.get("/api/v1/exports/demand/weekly?format=ndjson")).content
        async with client.stream("GET", "/api/v1/exports/demand/weekly?format=ndjson") as answer:
            before = answer.headers["x-data-version"]
            warehouse.publish("analytics.features_demand_weekly", [])
            body = await answer.aread()
        after = await client.head("/api/v1/exports/demand/weekly?format=ndjson")
    assert body == whole
    assert len(body.splitlines()) == many
    assert (after.headers["x-row-count"], after.content) == ("0", b"")
    assert after.headers["x-data-version"] != before


async def test_an_export_takes_filters_and_fields_in_the_order_asked(many, serving, settings):
    async with serving(settings) as client:
        answer = await client.get("/api/v1/exports/demand/weekly?item_id=I3&to=2000-01-17&fields=demand,week")
        refused = await client.get("/api/v1/exports/demand/weekly?item_id=I3&colour=red")
    assert answer.text.splitlines() == ["demand,week", "150.0,2000-01-03", "151.0,2000-01-10", "152.0,2000-01-17"]
    assert answer.headers["content-disposition"] == 'attachment; filename="nova-demand-weekly.csv"'
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["parameter"] == "colour"


async def test_an_export_of_too_many_rows_is_refused_before_it_begins(many, serving, settings):
    few = msgspec.structs.replace(settings, export_rows=many - 1)
    async with serving(few) as client:
        refused = await client.get("/api/v1/exports/demand/weekly")
        narrower = await client.get("/api/v1/exports/demand/weekly?item_id=I3")
    assert refused.status_code == 400
    assert f"more than {many - 1} rows" in refused.json()["detail"]
    assert narrower.status_code == 200


async def test_more_exports_than_permitted_wait_their_turn_and_each_gives_its_place_back(many, serving, settings):
    one = msgspec.structs.replace(settings, exports=1)
    async with serving(one) as client:
        session = await client._transport.app.app.app.state.services.exports.open(())
        busy = await client.get("/api/v1/exports/sites")
        session.close()
        session.close()
        for _ in range(3):
            assert (await client.get("/api/v1/exports/sites")).status_code == 200
            assert (await client.get("/api/v1/exports/sites?from=nonsense")).status_code == 400
            assert (await client.head("/api/v1/exports/sites")).status_code == 200
    assert busy.status_code == 503
    assert busy.headers["retry-after"] == "5"


async def test_an_export_that_takes_too_long_is_cut_off_and_gives_its_place_back(serving, settings):
    late = msgspec.structs.replace(settings, exports=1, export_timeout=0.2)
    async with serving(late) as client:
        exports = client._transport.app.app.app.state.services.exports
        forgotten = await exports.open(())
        deadline = time.monotonic() + 30
        while (await client.get("/api/v1/exports/sites")).status_code == 503:
            assert time.monotonic() < deadline, "the place never came free"
            await asyncio.sleep(0.05)
        with pytest.raises((asyncpg.InterfaceError, asyncpg.PostgresError)):
            await forgotten.snapshot.rows("SELECT 1")


async def test_a_text_that_could_be_a_formula_is_a_text_in_a_spreadsheet(warehouse, serving, settings):
    name = '=HYPERLINK("http://example.invalid")'
    row = {"site_id": "-1+1", "site_name": name, "site_type": "tower", "state": "@x", "region": "BA", "client": None}
    warehouse.publish("core.dim_site", [row])
    async with serving(settings) as client:
        text = (await client.get("/api/v1/exports/sites?fields=site_id,site_name,state,region")).text
        book = (await client.get("/api/v1/exports/sites?format=xlsx")).content
    assert list(csv.reader(io.StringIO(text)))[1] == ["'-1+1", f"'{name}", "'@x", "BA"]
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0)
    assert workbook.to_python()[1][1] == name
    sheet = zipfile.ZipFile(io.BytesIO(book)).read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet


async def test_a_text_that_no_query_can_use_is_refused_as_in_the_pages(serving, settings):
    async with serving(settings) as client:
        page = await client.get("/api/v1/alerts", params={"alert_id": "¿\0"})
        file = await client.get("/api/v1/exports/alerts", params={"alert_id": "¿\0"})
    assert (page.status_code, file.status_code) == (400, 400)
    assert file.headers["content-type"] == "application/problem+json"
