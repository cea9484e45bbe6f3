"""Listings over HTTP: fields, shapes, ids, bounds, and every declared one from rows as the pipeline writes them."""

from __future__ import annotations

import msgspec
import psycopg
import pytest

from nova_api.listings.catalogue import LISTINGS
from nova_api.listings.pages import page_of
from tests.support.invented_rows import fill, invent

pytestmark = pytest.mark.anyio

SITES = [
    {"site_id": site_id, "site_name": name, "site_type": kind, "state": state, "region": None, "client": None}
    for site_id, name, kind, state in (
        ("S1", "Almoxarifado Salvador", "warehouse", "BA"),
        ("S2", "Torre Ilhéus", "tower", "BA"),
        ("S,3", "Torre Recife", "tower", None),
    )
]


PURCHASE_LINE = {
    "order_id": "PO7",
    "line_no": "1",
    "item_id": "A1",
    "site_id": "S1",
    "supplier_id": "F1",
    "requested_on": "2024-01-02",
    "ordered_qty": 3,
    "after_the_fact": False,
    "is_open": True,
    "rest_cancelled": False,
}


def dim_item(item_id: str, name: str) -> dict:
    described = {"item_id": item_id, "item_name": name, "family": "REDE", "category": "material", "unit": "UN"}
    return described | {"is_service": False, "active": True, "attributes": {}}


@pytest.fixture
def sites(warehouse) -> None:
    warehouse.publish("core.dim_site", SITES)


@pytest.mark.parametrize("listing", LISTINGS, ids=lambda listing: listing.name)
async def test_a_listing_answers_as_its_document_says(listing, warehouse, serving, settings):
    into, rows = invent(listing, 8, seed=5)
    with psycopg.connect(warehouse.admin_url, autocommit=True) as connection:
        fill(connection, into, rows)
    warehouse.publish(into.relation)
    async with serving(settings) as client:
        answer = await client.get(f"/api/v1/{listing.path}?limit=1000")
        by_column = (await client.get(f"/api/v1/{listing.path}?limit=1000&shape=columns")).json()
    assert answer.status_code == 200, answer.text
    body = msgspec.json.decode(answer.content, type=page_of(listing))
    assert body.data  # pyright: ignore[reportAttributeAccessIssue]
    rows = answer.json()["data"]
    assert list(rows[0]) == list(listing.columns)
    assert by_column["data"] == {name: [row[name] for row in rows] for name in listing.columns}
    assert set(answer.json()["versions"]) >= {into.relation}


async def test_fields_come_alone_and_in_the_order_asked(sites, serving, settings):
    async with serving(settings) as client:
        body = (await client.get("/api/v1/sites?fields=state,site_id&sort=-site_id&limit=2")).json()
        rest = (
            await client.get(f"/api/v1/sites?fields=state,site_id&sort=-site_id&cursor={body['next_cursor']}")
        ).json()
    assert body["shape"] == "partial"
    assert [list(row.items()) for row in body["data"]] == [
        [("state", "BA"), ("site_id", "S2")],
        [("state", "BA"), ("site_id", "S1")],
    ]
    assert rest["data"] == [{"state": None, "site_id": "S,3"}]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("site_id=S1,S2", ["S1", "S2"]),
        ('site_id="S,3", S1', ["S,3", "S1"]),
        ("q=ILHEUS", ["S2"]),
        ("site_type=tower&state=BA", ["S2"]),
        ("site_id=NONE", []),
    ],
)
async def test_rows_are_chosen_by_ids_words_and_values(sites, serving, settings, query, expected):
    async with serving(settings) as client:
        body = (await client.get(f"/api/v1/sites?{query}")).json()
    assert [row["site_id"] for row in body["data"]] == expected


async def test_one_row_is_found_by_its_id(sites, serving, settings):
    async with serving(settings) as client:
        found = (await client.get("/api/v1/sites/S,3")).json()
        unknown = await client.get("/api/v1/sites/NONE")
    assert (found["site_name"], found["state"]) == ("Torre Recife", None)
    assert (unknown.status_code, unknown.json()["detail"]) == (404, "there is no site NONE")


@pytest.mark.parametrize(
    ("query", "parameter", "allowed"),
    [
        ("sites?fields=site_id,nam", "fields", "site_id, site_name"),
        ("sites?site_type=moon", "site_type", "one of: tower, team"),
        ("sites?limit=1001", "limit", "integer from 1 to 1000"),
        ("sites?shape=cube", "shape", "one of: rows, columns"),
        ("sites?sort=client", "sort", "one of: site_id, -site_id"),
        ("sites?site_id=" + ",".join(map(str, range(101))), "site_id", "at most 100 ids"),
        ('sites?site_id="open', "site_id", "string"),
        ("sites?site_id=,", "site_id", "string"),
        ("sites?colour=red", "colour", "client"),
        ("sites?cursor=nonsense", "cursor", "string"),
        ("inventory?from=2024-02-01&to=2024-01-01", "to", "date as YYYY-MM-DD"),
        ("inventory?from=2000-01-01&to=2024-01-01", "to", "at most 3660 days"),
        ("recommendations?priority_min=much", "priority_min", "number"),
        ("accuracy?weeks=99999999999", "weeks", "integer from"),
    ],
)
async def test_what_cannot_be_used_is_refused_with_what_is_allowed(serving, settings, query, parameter, allowed):
    async with serving(settings) as client:
        answer = await client.get(f"/api/v1/{query}")
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    (error,) = answer.json()["errors"]
    assert error["parameter"] == parameter
    assert allowed in error["allowed"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=S1", ["site S1"]),
        ("q=TORRE", ["site S,3", "site S2"]),
        ("q=ilheus", ["site S2"]),
        ("q=conector", ["item A1", "item B2"]),
        ("q=conetor", ["item A1", "item B2"]),
        ("q=100%25", ["item B2"]),
        ("q=\\%25_", []),
        ("q=po7", ["order PO7"]),
        ("q=torre&kind=item", []),
        ("q=zzzz", []),
    ],
)
async def test_the_search_finds_by_id_name_and_resemblance(sites, warehouse, serving, settings, query, expected):
    warehouse.publish("core.dim_item", [dim_item("A1", "CONECTOR RJ45"), dim_item("B2", "Conéctor 100% cobre")])
    warehouse.publish("core.fact_purchase_lines", [PURCHASE_LINE])
    async with serving(settings) as client:
        answer = await client.get(f"/api/v1/search?{query}")
    assert answer.status_code == 200, answer.text
    assert sorted(f"{row['kind']} {row['id']}" for row in answer.json()["data"]) == expected
