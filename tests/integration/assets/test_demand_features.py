"""Adjustments, weekday shares and the days made of them, in PostgreSQL; what is made of forecasts, from the lake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pyarrow as pa
import pytest
from psycopg.rows import dict_row

from nova_assets.materialize import Stage
from nova_assets.partitions import WEEK, Window
from nova_assets.registry import Column, Table
from nova_assets.registry.analytics import (
    DEMAND_ADJUSTMENTS,
    FACT_FORECASTS,
    FEATURES_WEEKDAY_SHARES,
)
from nova_assets.registry.core import DIM_CALENDAR, FACT_DEMAND_ANOMALIES, FACT_DEMAND_DAILY
from nova_assets.registry.readings import FAMILY_FORECASTS_LOADED, FORECAST_EXPLANATIONS_LOADED
from nova_assets.resources.lake_schema import arrow_schema
from nova_assets.sqlfiles import read_sql
from tests.support.pipeline import Pipeline, Rows

ORIGIN = date(2025, 9, 1)
FIRST = ORIGIN - 52 * WEEK
HOLIDAY = date(2025, 11, 20)
NOW = datetime(2025, 9, 1, 6, tzinfo=UTC)
Demand = Mapping[tuple[str, date], float]


def given(pipeline: Pipeline, demand: Demand) -> None:
    """Items and their daily demand, all of it at one site; and the weeks that it makes."""
    items = sorted({item for item, _ in demand})
    with psycopg.connect(pipeline.database.admin_url) as connection, connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO core.dim_item (item_id, item_name, family, category, unit, is_service, active, attributes)"
            " VALUES (%s, %s, 'CABOS', 'material', 'UN', false, true, '{}')",
            [(item, item) for item in items],
        )
        cursor.execute(
            "INSERT INTO core.dim_site (site_id, site_name, site_type) VALUES ('DEPOT', 'Depot', 'warehouse')"
        )
        weekly: dict[tuple[str, date], float] = {}
        for (item, day), quantity in demand.items():
            week = day - timedelta(days=day.weekday())
            weekly[item, week] = weekly.get((item, week), 0) + quantity
        cursor.executemany(
            "INSERT INTO analytics.features_demand_weekly VALUES (%s, %s, %s, 1)",
            [(item, week, quantity) for (item, week), quantity in weekly.items()],
        )
    rows = pa.table(
        {
            "item_id": [item for item, _ in demand],
            "site_id": ["DEPOT"] * len(demand),
            "date": pa.array([day for _, day in demand], pa.date32()),
            "demand": pa.array([Decimal(str(value)) for value in demand.values()], pa.decimal128(18, 4)),
            "request_lines": pa.array([1] * len(demand), pa.int32()),
            "demand_value_brl": pa.nulls(len(demand), pa.decimal128(18, 4)),
        }
    )
    pipeline.warehouse.replace_range(FACT_DEMAND_DAILY, Window(FIRST, ORIGIN), rows, None)


def profiled(pipeline: Pipeline, classes: Mapping[str, str]) -> None:
    with psycopg.connect(pipeline.database.admin_url) as connection, connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO analytics.features_demand_profile (origin, item_id, first_demand_on, last_demand_on,"
            " weeks_observed, weeks_with_demand, demand_total, demand_52w, request_lines_52w, mean_weekly_demand, adi,"
            " demand_class) VALUES (%s, %s, %s, %s, 52, 52, 1, 1, 1, 1, 1, %s)",
            [(ORIGIN, item, FIRST, ORIGIN - WEEK, name) for item, name in classes.items()],
        )


def made(pipeline: Pipeline, *tables: Table) -> None:
    for table in tables:
        pipeline.run(Stage(table.name, [table.relation], FIRST, ORIGIN))


def test_what_lies_above_the_largest_usual_quantity_is_an_adjustment_of_its_week(pipeline: Pipeline) -> None:
    usual = {("WHOLE", FIRST + n * WEEK): 2.0 for n in range(12)} | {
        ("METRE", FIRST + n * WEEK): 2.5 for n in range(12)
    }
    week = FIRST + 12 * WEEK
    unusual = {
        ("WHOLE", week): 100.0,
        ("WHOLE", week + timedelta(days=1)): 3.0,
        ("METRE", week): 100.5,
        ("WHOLE", week + WEEK): 13.0,  # above six times the usual, but not above what rounding up allows
        ("METRE", week + WEEK): 0.01,
    }
    given(pipeline, usual | unusual)
    made(pipeline, FACT_DEMAND_ANOMALIES, DEMAND_ADJUSTMENTS)
    # With a MAD of zero ln(2)/2 stands in for it: 3.5 = 0.6745 · ln(largest/usual) / (ln(2)/2).
    factor = 2 ** (3.5 / 2 / 0.6745)
    found = pipeline.rows("SELECT * FROM analytics.demand_adjustments ORDER BY item_id DESC")
    assert [
        (row["item_id"], row["week"], row["demand"], row["adjustment"], row["adjusted_demand"]) for row in found
    ] == [
        ("WHOLE", week, 103, 13 - 100, 16),
        ("METRE", week, Decimal("100.5"), *_near(2.5 * factor - 100.5, 2.5 * factor)),
    ]
    assert [(row["unusual_demands"], row["reason"], row["rule"]) for row in found] == [
        (1, "unusual_quantity", "fact_demand_anomalies")
    ] * 2


def _near(*values: float) -> list[Any]:
    return [pytest.approx(Decimal(str(value)), abs=Decimal("0.0001")) for value in values]


def test_days_of_smooth_items_follow_their_weekdays_and_add_up_to_the_week(pipeline: Pipeline) -> None:
    pipeline.run(Stage("calendar", [DIM_CALENDAR.relation]))
    holidays = {row["date"] for row in pipeline.rows("SELECT date FROM core.dim_calendar WHERE is_holiday")}
    days = [FIRST + timedelta(days=n) for n in range(52 * 7)]
    open_days = [day for day in days if day not in holidays]
    demand = {("TUESDAYS", day): 7.0 for day in open_days if day.weekday() == 1}
    demand |= {("WORKDAYS", day): 1.0 for day in open_days if day.weekday() < 5}
    demand |= {("LUMPY", day): 50.0 for day in open_days[::60]}
    given(pipeline, demand)
    profiled(pipeline, {"TUESDAYS": "smooth", "WORKDAYS": "smooth", "LUMPY": "lumpy"})
    made(pipeline, FEATURES_WEEKDAY_SHARES)

    shares = pipeline.rows("SELECT item_id, weekday, share FROM analytics.features_weekday_shares ORDER BY 1, 2")
    assert {row["item_id"] for row in shares} == {"TUESDAYS", "WORKDAYS"}
    by_item = {item: [row["share"] for row in shares if row["item_id"] == item] for item in ("TUESDAYS", "WORKDAYS")}
    assert [sum(values) for values in by_item.values()] == pytest.approx([1.0, 1.0], abs=1e-12)
    # The portfolio's Tuesday is the mean of 1 and 1/5; the items speak with their demand days against 20 of it.
    tuesdays = sum(item == "TUESDAYS" for item, _ in demand)
    assert by_item["TUESDAYS"][1] == pytest.approx((tuesdays + 20 * 0.6) / (tuesdays + 20))
    assert by_item["WORKDAYS"][0] == pytest.approx(by_item["WORKDAYS"][4])
    assert by_item["WORKDAYS"][5:] == [0.0, 0.0]

    forecast(pipeline, {"WORKDAYS": 10.0, "LUMPY": 4.0})
    daily = days_of(pipeline, "WORKDAYS")
    weeks: dict[date, float] = {}
    for row in daily:
        week = row["date"] - timedelta(days=row["date"].weekday())
        weeks[week] = weeks.get(week, 0.0) + row["forecast_value"]
    assert weeks == pytest.approx({ORIGIN + n * WEEK: 10.0 + n for n in range(13)}, abs=1e-9)
    # No holiday of the year brought anything.
    assert {row["date"]: row["forecast_value"] for row in daily}[HOLIDAY] == 0.0
    assert days_of(pipeline, "LUMPY") == []


def forecast(pipeline: Pipeline, means: Mapping[str, float]) -> None:
    """Served forecasts of thirteen weeks that rise by one each week."""
    keys = [(item, mean + week, ORIGIN + week * WEEK) for item, mean in means.items() for week in range(13)]
    count = len(keys)
    rows = {
        "origin": pa.array([ORIGIN] * count, pa.date32()),
        "item_id": [item for item, _, _ in keys],
        "site_id": ["ALL"] * count,
        "model": ["ensemble"] * count,
        "forecast_date": pa.array([week for _, _, week in keys], pa.date32()),
        "forecast_value": [value for _, value, _ in keys],
        "confidence_interval": ['{"q05":0,"q10":0,"q50":1,"q80":1,"q90":1,"q95":1,"q99":1}'] * count,
        "served": [True] * count,
        "model_version": ["v"] * count,
        "generated_at": pa.array([NOW] * count, pa.timestamp("us", tz="UTC")),
    }
    pipeline.warehouse.replace_range(FACT_FORECASTS, Window(ORIGIN, ORIGIN), pa.table(rows), None)


def days_of(pipeline: Pipeline, item: str) -> Rows:
    with psycopg.connect(pipeline.database.admin_url) as connection:
        cursor = psycopg.RawCursor(connection, row_factory=dict_row)
        return cursor.execute(read_sql("forecasting/daily_forecast.sql").encode(), [item, ORIGIN]).fetchall()


VALUES: Mapping[str, Any] = {
    "date": ORIGIN,
    "text": "x",
    "integer": 1,
    "boolean": False,
    "double precision": 0.5,
    "jsonb": '{"tsb": {"weight": 1}}',
    "timestamptz": NOW,
}


def value_of(column: Column) -> Any:
    """A value of the column's type; the sum is that of the five lines."""
    return 2.5 if column.name == "expected_weekly_demand" else VALUES[column.type]


@pytest.mark.parametrize("table", [FORECAST_EXPLANATIONS_LOADED, FAMILY_FORECASTS_LOADED], ids=lambda table: table.name)
def test_what_is_made_of_forecasts_is_loaded_from_the_lake(table: Table, pipeline: Pipeline) -> None:
    given(pipeline, {("x", FIRST): 1.0})
    in_lake(pipeline, table, [ORIGIN - WEEK, ORIGIN])
    stage = Stage("load", [table.relation], ORIGIN - WEEK, ORIGIN)
    assert pipeline.run(stage) == 2
    (loaded, _) = pipeline.rows(f"SELECT * FROM {table.relation} ORDER BY origin DESC")
    expected = {column.name: value_of(column) for column in table.columns}
    assert loaded == expected | {name: {"tsb": {"weight": 1}} for name in ("models", "codes") if name in expected}

    in_lake(pipeline, table, [])
    pipeline.run(stage)
    assert pipeline.one(f"SELECT count(*) FROM {table.relation}") == 0


def in_lake(pipeline: Pipeline, table: Table, origins: Sequence[date]) -> None:
    schema = arrow_schema(table)
    columns = {column.name: [value_of(column)] * len(origins) for column in table.columns}
    rows = pa.table(columns | {"origin": list(origins)}, schema=schema)
    pipeline.lake.write_range(table.name, rows, "origin", ORIGIN - WEEK, ORIGIN)
