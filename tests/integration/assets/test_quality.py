"""Unusual quantities and prices are flagged by a written rule and left as they are; the page tells what was found."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import dagster as dg
import psycopg
import pytest

from nova_assets.materialize import Stage
from tests.support.pipeline import Pipeline
from tests.support.quality import ANOMALIES, flags, latest_check, page
from tests.support.workbooks import write_workbook

PRICES = "core.fact_price_anomalies"
START = date(2025, 1, 6)
AFTER = START + timedelta(days=20)


@pytest.fixture
def with_demands(pipeline: Pipeline) -> Pipeline:
    """One item asked for on twelve days, ten at a time, then a hundred and fifty, then nothing unusual; and flagged."""
    execute(
        pipeline,
        f"""
        SELECT support.make_month_partitions('core.fact_demand_daily', '{START}', '{START}');
        INSERT INTO core.dim_item VALUES
            ('1', 'PREGO', 'CIVIL', 'material', 'KG', false, NULL, NULL, NULL, NULL, true, '{{}}');
        INSERT INTO core.fact_demand_daily
        SELECT '1', 'BAFRD017', DATE '{START}' + n::integer - 1, quantity, 1, NULL
        FROM unnest(array_fill(10, '{{12}}') || '{{150,12}}') WITH ORDINALITY AS demands (quantity, n);
        """,
    )
    pipeline.run(Stage("quantities", [ANOMALIES], START, AFTER))
    return pipeline


def execute(pipeline: Pipeline, statements: str) -> None:
    with psycopg.connect(pipeline.database.admin_url, autocommit=True) as connection:
        connection.execute(statements.encode())


def test_a_quantity_fifteen_times_the_usual_is_flagged_and_stays_in_the_demand(with_demands: Pipeline):
    [row] = with_demands.rows(f"SELECT date, demand, usual_demand, direction, history_rows FROM {ANOMALIES}")
    assert row == {
        "date": START + timedelta(days=12),
        "demand": 150,
        "usual_demand": pytest.approx(10),
        "direction": "high",
        "history_rows": 12,
    }
    assert with_demands.one("SELECT sum(demand) FROM core.fact_demand_daily") == 12 * 10 + 150 + 12


def test_a_reload_of_any_window_flags_the_same_rows(with_demands: Pipeline):
    before = flags(with_demands)
    day = START + timedelta(days=12)
    with_demands.run(Stage("one day", [ANOMALIES], day, day))
    with_demands.run(Stage("the days before", [ANOMALIES], START, day - timedelta(days=1)))
    assert flags(with_demands) == before


def test_prices_that_cannot_be_or_are_twice_the_usual_are_flagged(with_demands: Pipeline):
    execute(
        with_demands,
        f"""
        INSERT INTO core.fact_purchase_lines
        SELECT
            'P', n, '1', 'BAFRD017', 'F', NULL, DATE '{START}' + n::integer, NULL, NULL, NULL,
            5, NULL, price, false, false, false
        FROM unnest('{{100,101,99,100,102,98,100,100,210,120,0}}'::numeric[]) WITH ORDINALITY AS prices (price, n);
        """,
    )
    with_demands.run(Stage("prices", [PRICES], START, AFTER))
    rows = with_demands.rows(f"SELECT unit_price_brl, usual_price_brl, direction FROM {PRICES} ORDER BY requested_on")
    assert rows == [
        {"unit_price_brl": 210, "usual_price_brl": pytest.approx(100), "direction": "high"},
        {"unit_price_brl": 0, "usual_price_brl": pytest.approx(100), "direction": "not_positive"},
    ]
    assert latest_check(with_demands, PRICES, "prices_are_usual").severity is dg.AssetCheckSeverity.WARN
    assert "R$" in page(with_demands)


def test_text_of_a_source_cannot_break_the_page(pipeline: Pipeline, tmp_path: Path):
    pipeline.extract(write_workbook(tmp_path / "bad.xlsx", [{}, {"quantidade": 0, "material": "a | b <script>\nc"}]))
    row = next(line for line in page(pipeline).splitlines() if "`quantity_invalid`" in line)
    assert re.split(r"(?<!\\)\|", row)[2].strip() == "1"
    assert len(re.split(r"(?<!\\)\|", row)) == 7
    assert "<script>" not in row
