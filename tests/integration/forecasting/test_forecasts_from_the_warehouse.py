"""The forecasting location in its own environment, from a real warehouse in the pipeline's role to a real lake."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest

from nova_assets.settings import forecasting_python
from tests.conftest import Database
from tests.support.forecasting import materialize_in_forecasting

FIRST, LAST = date(2025, 8, 18), date(2025, 9, 1)
WEEKS = [LAST - timedelta(weeks=week) for week in range(40, -3, -1)]
MADE = (
    "models/pooled_bootstrap_95",
    "models/tsb",
    "forecasts",
    "summed_demand",
    "ensemble_standings",
    "forecast_accuracy",
    "forecast_explanations",
    "family_forecasts",
)
ITEMS = {"000123": (False, 3.0), "000124": (False, 2.5), "SV0001": (True, 1.0), "NEW001": (False, 8.0)}


@pytest.fixture
def filled(database: Database) -> Database:
    """Three materials and a service, one material new: demand up to two weeks after the last origin.

    One of them is demanded at one site alone, and often enough; of one a week is unusual.
    """
    with psycopg.connect(database.admin_url) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE core.fact_demand_daily_any PARTITION OF core.fact_demand_daily DEFAULT")
        for item, (is_service, size) in ITEMS.items():
            cursor.execute(
                "INSERT INTO core.dim_item (item_id, item_name, family, category, unit, is_service, active, attributes)"
                " VALUES (%s, %s, 'CABLES', 'MATERIAL', 'M', %s, true, '{}')",
                [item, f"Item {item}", is_service],
            )
            weeks = WEEKS[-4:] if item == "NEW001" else WEEKS
            cursor.executemany(
                "INSERT INTO analytics.features_demand_weekly VALUES (%s, %s, %s, 1)",
                [(item, week, size if number % 4 == 0 else 0) for number, week in enumerate(weeks)],
            )
        cursor.execute(
            "INSERT INTO analytics.features_demand_profile (origin, item_id, first_demand_on, last_demand_on,"
            " weeks_observed, weeks_with_demand, demand_total, demand_52w, request_lines_52w, mean_weekly_demand, adi,"
            " demand_class) VALUES (%s, '000123', %s, %s, 40, 10, 30, 30, 10, 0.75, 4, 'lumpy')",
            [LAST, WEEKS[0], WEEKS[36]],
        )
        cursor.executemany(
            "INSERT INTO core.fact_demand_daily (item_id, site_id, date, demand, request_lines)"
            " VALUES (%s, 'T1', %s, 3, 1)",
            [("000123", week + timedelta(days=2)) for number, week in enumerate(WEEKS) if number % 4 == 0],
        )
        cursor.execute(
            "INSERT INTO analytics.demand_adjustments VALUES"
            " ('000124', %s, 2.5, -1.5, 1, 1, 4, 'unusual_quantity', 'fact_demand_anomalies')",
            [WEEKS[8]],
        )
    return database


@pytest.mark.skipif(not forecasting_python().exists(), reason="the forecasting environment is not installed")
def test_a_range_of_origins_is_forecast_from_the_warehouse_for_materials_only(filled: Database, tmp_path: Path) -> None:
    assets = [f"lake/{name}" for name in MADE]
    lake = materialize_in_forecasting(assets, FIRST, LAST, filled.pipeline_url, tmp_path)

    rows = lake.read_range("forecasts", "origin", FIRST, LAST).to_pylist()
    assert {row["origin"] for row in rows} == {FIRST, FIRST + timedelta(weeks=1), LAST}
    # 13 weeks by two models and by their ensemble; the new item has demand before the last origin only.
    counts = {item: sum((row["item_id"], row["site_id"]) == (item, "ALL") for row in rows) for item in ITEMS}
    assert counts == {"000123": 3 * 39, "000124": 3 * 39, "SV0001": 0, "NEW001": 39}
    assert {row["model"] for row in rows} == {"pooled_bootstrap_95", "tsb", "ensemble"}
    at_sites = {(row["item_id"], row["site_id"], row["model"]) for row in rows if row["site_id"] != "ALL"}
    assert at_sites == {("000123", "T1", "ensemble"), ("000123", "OTHER", "ensemble")}

    families = lake.read_range("family_forecasts", "origin", LAST, LAST).to_pylist()
    assert {(row["family"], row["unit"], row["items"]) for row in families} == {("CABLES", "M", 3)}
    explained = lake.read_range("forecast_explanations", "origin", LAST, LAST).to_pylist()
    outliers = {row["item_id"]: (row["outliers"], row["outlier_quantity"]) for row in explained}
    assert outliers == {"000123": (0, 0.0), "000124": (1, 1.5), "NEW001": (0, 0.0)}

    scores = lake.read_range("forecast_accuracy", "origin", FIRST, LAST).to_pylist()
    assert {row["model"] for row in scores} == {"pooled_bootstrap_95", "tsb", "ensemble", "zero"}
    # One item of the three has a class on the last origin; of the origins before there are no profiles at all.
    latest = {row["segment_kind"]: row for row in scores if (row["origin"], row["weeks"]) == (LAST, 2)}
    assert latest.keys() == {"all", "family", "demand_class"}
    assert (latest["family"]["segment"], latest["family"]["items"]) == ("CABLES", 3)
    classes = {row["segment"]: row["items"] for row in scores if row["segment_kind"] == "demand_class"}
    assert classes == {"lumpy": 1, "too_short": 2}
    windows = {origin: {row["weeks"] for row in scores if row["origin"] == origin} for origin in (FIRST, LAST)}
    assert windows == {FIRST: {1, 2, 4}, LAST: {1, 2}}
