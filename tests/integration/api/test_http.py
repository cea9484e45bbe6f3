"""What every request and response has in common: problems, parameters, HEAD, request ids, the reference page."""

from __future__ import annotations

import re

import pytest

pytestmark = pytest.mark.anyio

ERRORS = [
    ("GET", "/nowhere", 404),
    ("GET", "/schema/nowhere", 404),
    ("GET", "/api/v1/items/NONE", 404),
    ("GET", "/api/v1/items/A%2FB/forecast", 404),
    ("POST", "/api/v1/items", 405),
    ("DELETE", "/health/live", 405),
    ("GET", "/api/v1/items?limit=0", 400),
    ("GET", "/api/v1/items?cursor=no-cursor", 400),
    ("GET", "/api/v1/items?q=%00", 400),
    ("GET", "/api/v1/items/%00", 400),
    ("GET", "/health/live?x=1", 400),
]


@pytest.mark.parametrize(("method", "path", "status"), ERRORS)
async def test_every_error_is_a_problem(method, path, status, serving, settings):
    async with serving(settings) as client:
        response = await client.request(method, path)
    problem = response.json()
    assert response.status_code == problem["status"] == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["cache-control"] == "no-store"
    assert problem["type"].startswith("/problems/")
    assert problem["request_id"] == response.headers["x-request-id"]
    assert problem["instance"] == path.partition("?")[0]
    assert problem["title"]
    assert problem["detail"]


async def test_a_fault_of_the_api_is_a_problem_without_its_reason_and_is_logged(serving, settings, warehouse, caplog):
    warehouse.execute("REVOKE SELECT ON analytics.mv_lead_time_supplier_family FROM nova_api_ro")
    try:
        async with serving(settings) as client:
            response = await client.get("/api/v1/kpis/lead-times?family=X", headers={"X-Request-Id": "my-id-1"})
    finally:
        warehouse.execute("GRANT SELECT ON analytics.mv_lead_time_supplier_family TO nova_api_ro")
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert "permission" not in response.text
    assert response.json()["request_id"] == "my-id-1"
    assert any("my-id-1" in record.message and record.exc_info for record in caplog.records)


@pytest.mark.parametrize(
    ("query", "parameter", "allowed"),
    [
        ("limit=0", "limit", "integer from 1 to 1000"),
        ("limit=1001", "limit", "integer from 1 to 1000"),
        ("limit=ten", "limit", "integer from 1 to 1000"),
        ("sort=price", "sort", "-forecast_4w"),
        ("demand_class=wild", "demand_class", "one of: smooth, erratic, intermittent, lumpy"),
        ("is_service=maybe", "is_service", "true or false"),
        ("colour=red", "colour", "abc_class, active, category, cursor, demand_class, family"),
        ("limit=1&limit=2", "limit", "one value"),
        (f"q={'x' * 101}", "q", "at most 100 characters"),
    ],
)
async def test_a_refused_parameter_is_named_with_what_is_allowed(query, parameter, allowed, serving, settings):
    async with serving(settings) as client:
        response = await client.get(f"/api/v1/items?{query}")
    assert response.status_code == 400
    (error,) = response.json()["errors"]
    assert error["parameter"] == parameter
    assert allowed in error["allowed"]
    assert parameter in response.json()["detail"]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [("from=2024-02-30", "from"), ("to=yesterday", "to"), ("from=2024-02-01&to=2024-01-01", "to")],
)
async def test_a_span_of_days_is_checked(query, parameter, serving, settings):
    async with serving(settings) as client:
        response = await client.get(f"/api/v1/kpis/demand-daily-family?{query}")
    assert response.status_code == 400
    assert response.json()["errors"][0]["parameter"] == parameter


@pytest.mark.parametrize(
    "path", ["/api/v1/items", "/api/v1/datasets", "/health/live", "/api/v1/items/NONE", "/nowhere"]
)
async def test_head_answers_as_get_does_without_the_body(path, serving, settings):
    async with serving(settings) as client:
        get = await client.get(path)
        head = await client.head(path)
    assert head.content == b""
    assert head.status_code == get.status_code
    changing = {"x-request-id", "x-cache", "age"}
    assert {name: value for name, value in head.headers.items() if name not in changing} == {
        name: value for name, value in get.headers.items() if name not in changing
    }


async def test_a_usable_request_id_is_kept_and_any_other_replaced(serving, settings):
    async with serving(settings) as client:
        kept = await client.get("/health/live", headers={"X-Request-Id": "trace-7.a_b"})
        replaced = [
            await client.get("/health/live", headers={"X-Request-Id": given})
            for given in ("x" * 65, "two words", 'quote"', "")
        ]
    assert kept.headers["x-request-id"] == "trace-7.a_b"
    assert all(re.fullmatch("[0-9a-f]{32}", answer.headers["x-request-id"]) for answer in replaced)


async def test_every_answer_of_the_contract_has_its_headers(serving, settings):
    async with serving(settings) as client:
        response = await client.get("/api/v1/items")
    wanted = {"etag", "cache-control", "vary", "age", "x-cache", "x-data-version", "x-request-id"}
    assert wanted <= set(response.headers)
    assert response.headers["x-content-type-options"] == "nosniff"


async def test_the_reference_page_and_its_document_are_served(serving, settings):
    async with serving(settings) as client:
        page = await client.get("/schema")
        document = await client.get("/schema/openapi.json")
        refused = await client.get("/schema/scalar-0.0.0.js")
    assert page.status_code == 200
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert not re.search(r"(src|href)=.?(https?:)?//", page.text)
    assert document.json()["openapi"].startswith("3.1")
    assert refused.headers["content-type"] == "application/problem+json"
