"""The contract as code, as document and as documentation: one and the same."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from nova_api.app import build_app, document_json
from nova_api.cache.policy import POLICIES
from nova_api.listings.catalogue import LISTINGS
from nova_api.settings import Settings, variables

EXPORTS = {listing.export_operation: f"/api/v1/exports/{listing.path}" for listing in LISTINGS}
ROOT = Path(__file__).parents[3]
DOCS = (ROOT / "docs/api.md").read_text(encoding="utf-8")
OPERATIONS = {
    "listItems": "/api/v1/items",
    "getItem": "/api/v1/items/{item_id}",
    "getItemTimeseries": "/api/v1/items/{item_id}/timeseries",
    "getItemForecast": "/api/v1/items/{item_id}/forecast",
    "listKpis": "/api/v1/kpis",
    "listDemandDailyFamily": "/api/v1/kpis/demand-daily-family",
    "listRequestsOpenDaily": "/api/v1/kpis/requests-open-daily",
    "listLeadTimes": "/api/v1/kpis/lead-times",
    "listForecastAccuracy": "/api/v1/kpis/forecast-accuracy",
    "listSites": "/api/v1/sites",
    "getSite": "/api/v1/sites/{site_id}",
    "listSuppliers": "/api/v1/suppliers",
    "getSupplier": "/api/v1/suppliers/{supplier_id}",
    "listSupplierPerformance": "/api/v1/kpis/supplier-performance",
    "listDemandDaily": "/api/v1/demand/daily",
    "listDemandWeekly": "/api/v1/demand/weekly",
    "listInventory": "/api/v1/inventory",
    "listFeatures": "/api/v1/features",
    "listForecasts": "/api/v1/forecasts",
    "listAccuracy": "/api/v1/accuracy",
    "listLeadTimeDemand": "/api/v1/lead-time-demand",
    "listPolicies": "/api/v1/policies",
    "listPolicyComparison": "/api/v1/policies/comparison",
    "listServiceCurve": "/api/v1/policies/curve",
    "listProjections": "/api/v1/projections",
    "listProjectionDays": "/api/v1/projections/days",
    "listRecommendations": "/api/v1/recommendations",
    "listRecommendationOutcomes": "/api/v1/recommendations/outcomes",
    "listAlerts": "/api/v1/alerts",
    "listPurchaseLines": "/api/v1/purchase-lines",
    "listKpiPeriods": "/api/v1/kpis/periods",
    "listAbcXyz": "/api/v1/kpis/abc-xyz",
    "listDatasets": "/api/v1/datasets",
    "getLiveness": "/health/live",
    "getReadiness": "/health/ready",
}


@pytest.fixture(scope="module")
def document() -> dict:
    return json.loads(document_json(build_app(Settings(database_url="postgresql://"))))


def test_the_committed_document_is_the_one_the_code_has():
    committed = (ROOT / "frontend/openapi/openapi.json").read_bytes()
    current = document_json(build_app(Settings(database_url="postgresql://")))
    assert committed == current, "run: python -m nova_api openapi > frontend/openapi/openapi.json"


def test_the_operations_are_those_of_the_contract(document):
    assert {item["get"]["operationId"]: path for path, item in document["paths"].items()} == OPERATIONS | EXPORTS
    assert all(set(item) == {"get"} for item in document["paths"].values())


def test_every_operation_documents_its_errors_as_problems(document):
    for item in document["paths"].values():
        responses = item["get"]["responses"]
        assert {"200", "400", "500"} <= set(responses)
        errors = {status: response for status, response in responses.items() if status >= "400"}
        if item["get"]["operationId"] == "getReadiness":
            del errors["503"]
        for response in errors.values():
            schema = response["content"]["application/problem+json"]["schema"]
            assert schema == {"$ref": "#/components/schemas/Problem"}


def test_every_body_names_its_versions_and_says_which_fields_may_be_null(document):
    schemas = document["components"]["schemas"]
    for path, item in document["paths"].items():
        if path.startswith("/api/") and path not in EXPORTS.values():
            schema = item["get"]["responses"]["200"]["content"]["application/json"]["schema"]
            for body in schema.get("oneOf", [schema]):
                assert "versions" in schemas[body["$ref"].rpartition("/")[2]]["required"]
    for name in ("ItemSummary", "ItemDetail", "ForecastPoint", "Kpi", "Dataset"):
        assert set(schemas[name]["required"]) == set(schemas[name]["properties"]), "null, but never absent"
    assert {"type": "null"} in schemas["Kpi"]["properties"]["value"]["oneOf"]


def test_every_cached_operation_has_a_policy_and_every_policy_an_operation(document):
    cached = {item["get"]["operationId"] for item in document["paths"].values() if "304" in item["get"]["responses"]}
    assert cached == set(POLICIES)
    assert set(OPERATIONS) - cached == {"listDatasets", "getLiveness", "getReadiness"}


def test_the_documentation_lists_every_endpoint_with_its_policy():
    for operation, path in OPERATIONS.items():
        policy = POLICIES.get(operation)
        datasets = ", ".join(f"`{name}`" for name in policy.datasets) if policy else "–"
        times = f"{policy.ttl} s | {policy.max_stale} s" if policy else "– | –"
        assert f"| `GET {path}` | {operation} | {datasets} | {times} |" in DOCS


def test_the_documentation_lists_exactly_the_settings():
    rows = [f"| `{v.name}` | {v.meaning} | {v.default} |" for v in variables()]
    begin = DOCS.index("| variable | meaning | default |")
    table = DOCS[begin : DOCS.index("\n\n", begin)].splitlines()[2:]
    assert table == rows


def test_a_cold_import_pulls_no_machine_learning_and_no_pipeline():
    forbidden = "nova_assets nova_local dagster pandas numpy pyarrow sklearn scipy statsmodels statsforecast torch"
    program = (
        "import sys, nova_api.asgi, nova_api.cli; from nova_api.app import build_app, document_json; "
        "from nova_api.settings import Settings; document_json(build_app(Settings(database_url='postgresql://'))); "
        f"print([name for name in {forbidden.split()!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"
