"""Each endpoint against a real PostgreSQL: what it answers from given rows."""

from __future__ import annotations

from datetime import date

import pytest

pytestmark = pytest.mark.anyio

FORECAST = {
    "item_id": "A",
    "site_id": "ALL",
    "forecast_value": 3.5,
    "confidence_interval": {"q05": 1, "q10": 2, "q50": 3, "q80": 3.5, "q90": 4, "q95": 5, "q99": 6},
    "model_version": "1",
    "generated_at": "2024-06-30T12:00:00Z",
}


def dim_item(item_id: str) -> dict:
    return {
        "item_id": item_id,
        "item_name": item_id,
        "family": "CABOS",
        "category": "material",
        "unit": "UN",
        "is_service": False,
        "active": True,
        "min_order_qty": 2.5,
        "attributes": {"not_in_source": ["criticality"]},
    }


@pytest.fixture
def catalogue(warehouse, item) -> None:
    warehouse.publish("core.dim_item", [dim_item("A"), dim_item("B")])
    warehouse.publish(
        "analytics.mv_item_overview",
        [
            item("A", item_name="CONEXÃO DE AÇO", family="CONEXOES", demand_class="lumpy", abc_class="A", demand_52w=9),
            item("B", is_service=True, forecast_4w=float("nan"), demand_52w=12.25),
            item("C", active=False),
        ],
    )


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["A", "B", "C"]),
        ("q=conexao de", ["A"]),
        ("q=CONEXÃO", ["A"]),
        ("q=%25", []),
        ("family=CONEXOES", ["A"]),
        ("demand_class=lumpy&abc_class=A", ["A"]),
        ("is_service=true", ["B"]),
        ("is_service=false", ["A", "C"]),
        ("active=false", ["C"]),
        ("sort=-demand_52w", ["B", "A", "C"]),
    ],
)
async def test_the_catalogue_is_filtered_and_sorted(catalogue, serving, settings, query, expected):
    async with serving(settings) as client:
        body = (await client.get(f"/api/v1/items?{query}")).json()
    assert [row["item_id"] for row in body["data"]] == expected


async def test_a_quantity_that_is_not_a_number_is_null(catalogue, serving, settings):
    async with serving(settings) as client:
        body = (await client.get("/api/v1/items?is_service=true")).json()
    assert body["data"][0]["forecast_4w"] is None
    assert body["data"][0]["demand_52w"] == 12.25


async def test_the_link_header_leads_through_every_page(catalogue, serving, settings):
    async with serving(settings) as client:
        address, seen = "/api/v1/items?limit=1&sort=-demand_52w", []
        while address:
            response = await client.get(address)
            seen += [row["item_id"] for row in response.json()["data"]]
            address = response.links.get("next", {}).get("url")
    assert seen == ["B", "A", "C"]


async def test_an_item_has_its_overview_and_its_dimension(catalogue, serving, settings):
    async with serving(settings) as client:
        body = (await client.get("/api/v1/items/A")).json()
        unknown = await client.get("/api/v1/items/NONE")
    assert body["item_name"] == "CONEXÃO DE AÇO"
    assert body["min_order_qty"] == 2.5
    assert body["attributes"] == {"not_in_source": ["criticality"]}
    assert set(body["versions"]) == {"analytics.mv_item_overview", "core.dim_item"}
    assert unknown.status_code == 404
    assert unknown.json()["detail"] == "there is no item NONE"


async def test_demand_by_week_pools_sites_and_by_day_does_not(catalogue, warehouse, serving, settings):
    weeks = [
        {"item_id": "A", "week": day, "demand": amount, "request_lines": 1}
        for day, amount in (("2024-01-01", 5), ("2024-01-08", 0), ("2024-01-15", 1.5))
    ]
    days = [
        {"item_id": "A", "site_id": site, "date": "2024-01-02", "demand": amount, "request_lines": 1}
        for site, amount in (("S2", 3), ("S1", 2))
    ]
    warehouse.publish("analytics.features_demand_weekly", weeks)
    warehouse.publish("core.fact_demand_daily", days)
    async with serving(settings) as client:
        weekly = (await client.get("/api/v1/items/A/timeseries?from=2024-01-08&to=2024-01-15")).json()
        daily = (await client.get("/api/v1/items/A/timeseries?grain=day")).json()
        unknown = await client.get("/api/v1/items/NONE/timeseries")
    assert weekly["data"] == [
        {"date": "2024-01-08", "site_id": "ALL", "demand": 0},
        {"date": "2024-01-15", "site_id": "ALL", "demand": 1.5},
    ]
    assert [(point["site_id"], point["demand"]) for point in daily["data"]] == [("S1", 2), ("S2", 3)]
    assert (weekly["unit"], weekly["grain"], daily["grain"]) == ("UN", "week", "day")
    assert unknown.status_code == 404


@pytest.fixture
def forecasts(catalogue, warehouse) -> None:
    rows = [
        FORECAST | {"origin": origin, "model": model, "served": model == "sba", "forecast_date": week}
        for origin in (date(2024, 6, 3), date(2024, 6, 10))
        for model in ("arima", "sba")
        for week in (date(2024, 6, 17), date(2024, 6, 24))
    ]
    rows[-1] = rows[-1] | {"forecast_value": float("nan")}
    warehouse.publish("analytics.fact_forecasts", rows)


async def test_a_forecast_is_by_default_the_latest_of_the_served_model(forecasts, serving, settings):
    async with serving(settings) as client:
        body = (await client.get("/api/v1/items/A/forecast")).json()
    assert (body["origin"], body["origins"]) == ("2024-06-10", ["2024-06-10", "2024-06-03"])
    assert (body["model"], body["served"], body["models"]) == ("sba", True, ["arima", "sba"])
    assert [point["forecast_date"] for point in body["data"]] == ["2024-06-17", "2024-06-24"]
    assert body["data"][0] | {"forecast_date": None} == {
        "forecast_date": None,
        "forecast_value": 3.5,
        "q05": 1,
        "q10": 2,
        "q50": 3,
        "q80": 3.5,
        "q90": 4,
        "q95": 5,
        "q99": 6,
    }
    assert body["data"][1]["forecast_value"] is None


async def test_a_forecast_can_be_asked_for_by_origin_and_model(forecasts, serving, settings):
    async with serving(settings) as client:
        body = (await client.get("/api/v1/items/A/forecast?origin=2024-06-03&model=arima")).json()
        no_origin = await client.get("/api/v1/items/A/forecast?origin=2024-05-27")
        no_model = await client.get("/api/v1/items/A/forecast?model=lstm")
        no_forecast = await client.get("/api/v1/items/B/forecast")
    assert (body["origin"], body["model"], body["served"]) == ("2024-06-03", "arima", False)
    assert (no_origin.status_code, no_model.status_code) == (404, 404)
    assert no_forecast.status_code == 200
    assert (no_forecast.json()["origin"], no_forecast.json()["data"]) == (None, [])


async def test_the_tables_of_figures_are_filtered(warehouse, serving, settings):
    warehouse.publish(
        "analytics.mv_kpi_summary",
        [
            {
                "kpi": "fill_rate_lines",
                "value": None,
                "unit": "share",
                "reason": "stock_not_in_source",
                "as_of": "2024-06-30",
            }
        ],
    )
    warehouse.publish(
        "analytics.mv_demand_daily_family",
        [
            {"date": day, "family": family, "unit": "UN", "demand": 2, "request_lines": 1, "items": 1}
            for day in ("2024-06-01", "2024-06-02")
            for family in ("CABOS", "EPI")
        ],
    )
    warehouse.publish(
        "analytics.mv_requests_open_daily",
        [{"date": "2024-06-01", "family": "EPI", "open_lines": 4, "oldest_open_days": None}],
    )
    warehouse.publish(
        "analytics.mv_lead_time_supplier_family",
        [
            {
                "supplier_id": supplier,
                "supplier_name": supplier,
                "family": "EPI",
                "lines": 3,
                "median_days": 4.5,
                "after_the_fact_lines": 1,
                "receipt_reason": "receipts_not_in_source",
            }
            for supplier in ("S1", "S2")
        ],
    )
    scores = dict.fromkeys(
        ("wape", "bias", "pinball_q50", "pinball_q90", "pinball_q95", "coverage_q90", "coverage_q95"), 0.5
    )
    warehouse.publish(
        "analytics.mv_forecast_accuracy",
        [
            {"model": model, "demand_class": "all", "horizon_weeks": 0, "forecasts": 9, "origins": 2} | scores
            for model in ("arima", "sba")
        ],
    )
    async with serving(settings) as client:
        figures = (await client.get("/api/v1/kpis")).json()
        demand = (await client.get("/api/v1/kpis/demand-daily-family?family=EPI&from=2024-06-02")).json()
        requests = (await client.get("/api/v1/kpis/requests-open-daily?to=2024-06-01")).json()
        lead_times = (await client.get("/api/v1/kpis/lead-times?supplier_id=S2")).json()
        accuracy = (await client.get("/api/v1/kpis/forecast-accuracy?model=sba&demand_class=all")).json()
    assert figures["data"][0]["reason"] == "stock_not_in_source"
    assert [(row["date"], row["family"]) for row in demand["data"]] == [("2024-06-02", "EPI")]
    assert requests["data"] == [{"date": "2024-06-01", "family": "EPI", "open_lines": 4, "oldest_open_days": None}]
    assert [row["supplier_id"] for row in lead_times["data"]] == ["S2"]
    assert [row["model"] for row in accuracy["data"]] == ["sba"]


async def test_the_datasets_say_version_run_and_age(warehouse, serving, settings):
    version = warehouse.publish("core.dim_item")
    async with serving(settings) as client:
        response = await client.get("/api/v1/datasets")
    dataset = next(row for row in response.json()["data"] if row["dataset"] == "core.dim_item")
    assert (dataset["version"], dataset["run_id"], dataset["data_through"]) == (version, "run-1", "2024-06-30")
    assert dataset["age_seconds"] >= 0
    assert dataset["freshness"] == "fresh"
    assert dataset["dagster_url"] == "http://127.0.0.1:3070/assets/core/dim_item"
    assert response.headers["cache-control"] == "no-store"


async def test_every_endpoint_reads_the_views_that_the_migrations_make(services, serving, settings):
    import msgspec

    real = msgspec.structs.replace(settings, database_url=services.role_url("nova_api_ro"), redis_url=None)
    with_data = ("kpis/demand-daily-family", "kpis/requests-open-daily", "kpis/lead-times", "kpis/forecast-accuracy")
    async with serving(real) as client:
        for path in ("items", "kpis", *with_data, "datasets"):
            response = await client.get(f"/api/v1/{path}")
            assert response.status_code == 200 or "not been computed" in response.json()["detail"], response.text
        assert (await client.get("/api/v1/items/NONE/timeseries?grain=day")).status_code == 404
