"""The contract as code, as document and as documentation: one and the same."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from nova_api import errors
from nova_api.app import build_app, document_json
from nova_api.cache.policy import POLICIES
from nova_api.http.problems import DESCRIPTIONS, HANDLERS, problem_type
from nova_api.listings.catalogue import LISTINGS
from nova_api.settings import Settings, variables

EXPORTS = {listing.export_operation: f"GET /api/v1/exports/{listing.path}" for listing in LISTINGS}
ROOT = Path(__file__).parents[3]
DOCS = (ROOT / "docs/api.md").read_text(encoding="utf-8")
OPERATIONS = {
    "listItems": "GET /api/v1/items",
    "getItem": "GET /api/v1/items/{item_id}",
    "getItemTimeseries": "GET /api/v1/items/{item_id}/timeseries",
    "getItemForecast": "GET /api/v1/items/{item_id}/forecast",
    "listKpis": "GET /api/v1/kpis",
    "listDemandDailyFamily": "GET /api/v1/kpis/demand-daily-family",
    "listRequestsOpenDaily": "GET /api/v1/kpis/requests-open-daily",
    "listLeadTimes": "GET /api/v1/kpis/lead-times",
    "listForecastAccuracy": "GET /api/v1/kpis/forecast-accuracy",
    "listSites": "GET /api/v1/sites",
    "getSite": "GET /api/v1/sites/{site_id}",
    "listSuppliers": "GET /api/v1/suppliers",
    "getSupplier": "GET /api/v1/suppliers/{supplier_id}",
    "listSupplierPerformance": "GET /api/v1/kpis/supplier-performance",
    "listDemandDaily": "GET /api/v1/demand/daily",
    "listDemandWeekly": "GET /api/v1/demand/weekly",
    "listInventory": "GET /api/v1/inventory",
    "listFeatures": "GET /api/v1/features",
    "listForecasts": "GET /api/v1/forecasts",
    "listAccuracy": "GET /api/v1/accuracy",
    "listLeadTimeDemand": "GET /api/v1/lead-time-demand",
    "listPolicies": "GET /api/v1/policies",
    "listPolicyComparison": "GET /api/v1/policies/comparison",
    "listServiceCurve": "GET /api/v1/policies/curve",
    "listProjections": "GET /api/v1/projections",
    "listProjectionDays": "GET /api/v1/projections/days",
    "listRecommendations": "GET /api/v1/recommendations",
    "listSupplierPlans": "GET /api/v1/recommendations/suppliers",
    "listRecommendationOutcomes": "GET /api/v1/recommendations/outcomes",
    "listAlerts": "GET /api/v1/alerts",
    "listPurchaseLines": "GET /api/v1/purchase-lines",
    "listKpiPeriods": "GET /api/v1/kpis/periods",
    "listAbcXyz": "GET /api/v1/kpis/abc-xyz",
    "search": "GET /api/v1/search",
    "listDatasets": "GET /api/v1/datasets",
    "getItemDecisions": "GET /api/v1/recommendations/{item_id}/decisions",
    "decideItem": "POST /api/v1/recommendations/{item_id}/decisions",
    "withdrawItemDecision": "DELETE /api/v1/recommendations/{item_id}/decisions/{decision_id}",
    "getAlertAcknowledgements": "GET /api/v1/alerts/{alert_id}/acknowledgements",
    "acknowledgeAlert": "POST /api/v1/alerts/{alert_id}/acknowledgements",
    "withdrawAlertAcknowledgement": "DELETE /api/v1/alerts/{alert_id}/acknowledgements/{acknowledgement_id}",
    "listAudit": "GET /api/v1/audit",
    "exportAudit": "GET /api/v1/audit/export",
    "streamEvents": "GET /api/v1/events",
    "login": "POST /api/v1/auth/login",
    "refreshSession": "POST /api/v1/auth/refresh",
    "logout": "POST /api/v1/auth/logout",
    "getMe": "GET /api/v1/auth/me",
    "changePassword": "POST /api/v1/auth/password",
    "listUsers": "GET /api/v1/users",
    "createUser": "POST /api/v1/users",
    "getUser": "GET /api/v1/users/{user_id}",
    "changeUser": "PATCH /api/v1/users/{user_id}",
    "getLiveness": "GET /health/live",
    "getReadiness": "GET /health/ready",
}


def operations(document: dict) -> dict[str, tuple[str, dict]]:
    """Each operation by its id: method and path, and what the document says of it."""
    return {
        operation["operationId"]: (f"{method.upper()} {path}", operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
    }


@pytest.fixture(scope="module")
def document() -> dict:
    return json.loads(document_json(build_app(Settings(database_url="postgresql://"))))


def test_the_committed_document_is_the_one_the_code_has():
    committed = (ROOT / "frontend/openapi/openapi.json").read_bytes()
    current = document_json(build_app(Settings(database_url="postgresql://")))
    assert committed == current, "run: python -m nova_api openapi > frontend/openapi/openapi.json"


def test_the_operations_are_those_of_the_contract(document):
    assert {operation: address for operation, (address, _) in operations(document).items()} == OPERATIONS | EXPORTS


def test_every_operation_documents_its_errors_as_problems(document):
    for name, (_, operation) in operations(document).items():
        responses = operation["responses"]
        assert {"400", "500"} < set(responses)
        errors = {status: response for status, response in responses.items() if status >= "400"}
        if name == "getReadiness":
            del errors["503"]
        for response in errors.values():
            schema = response["content"]["application/problem+json"]["schema"]
            assert schema == {"$ref": "#/components/schemas/Problem"}


def test_every_operation_that_is_not_public_asks_for_a_token_and_says_how_it_refuses(document):
    public = {"login", "refreshSession", "getLiveness", "getReadiness"}
    for name, (_, operation) in operations(document).items():
        if name not in public:
            assert operation["security"] == [{"bearer": []}], name
            assert {"401", "403"} < set(operation["responses"]), name
        else:
            assert "security" not in operation
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


def test_every_body_names_its_versions_and_says_which_fields_may_be_null(document):
    schemas = document["components"]["schemas"]
    for name in {*POLICIES, "listDatasets"}:
        _, operation = operations(document)[name]
        schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
        for body in schema.get("oneOf", [schema]):
            assert "versions" in schemas[body["$ref"].rpartition("/")[2]]["required"]
    for name in ("ItemSummary", "ItemDetail", "ForecastPoint", "Kpi", "Dataset", "User", "Session"):
        always = {field for field, schema in schemas[name]["properties"].items() if "default" not in schema}
        assert always <= set(schemas[name]["required"]), "null, but never absent"
    assert {"type": "null"} in schemas["Kpi"]["properties"]["value"]["oneOf"]


def test_every_cached_operation_has_a_policy_and_every_policy_an_operation(document):
    cached = {name for name, (_, operation) in operations(document).items() if "304" in operation["responses"]}
    assert cached == set(POLICIES)


def test_the_documentation_lists_every_endpoint_with_its_policy():
    for operation, address in OPERATIONS.items():
        policy = POLICIES.get(operation)
        datasets = ", ".join(f"`{name}`" for name in policy.datasets) if policy else "–"
        times = f"{policy.ttl} s | {policy.max_stale} s" if policy else "– | –"
        assert f"| `{address}` | {operation} | {datasets} | {times} |" in DOCS


def test_the_documentation_lists_exactly_the_problems():
    rows = [f"| `{problem_type(status)}` | {status} | {meaning} |" for status, meaning in DESCRIPTIONS.items()]
    begin = DOCS.index("| type | status | meaning |")
    assert DOCS[begin : DOCS.index("\n\n", begin)].splitlines()[2:] == rows


def test_every_error_of_the_api_is_told_as_a_problem_of_the_catalogue(document):
    raised = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    for kind in raised:
        assert any(known in HANDLERS for known in kind.__mro__ if known not in (Exception, object)), kind
    documented = {
        int(status)
        for _, operation in operations(document).values()
        for status in operation["responses"]
        if status >= "400"
    }
    assert documented <= set(DESCRIPTIONS)


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
