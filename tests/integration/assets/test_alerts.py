"""Alerts: what each rule finds in cases made by hand; how they are opened, kept, escalated, closed, opened again."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest

from nova_assets.materialize import Stage
from nova_assets.partitions import DAY, WEEK, monday
from nova_assets.registry.alerts import ALERTS
from tests.support.pipeline import Pipeline

TODAY = date(2025, 6, 29)
"""A Sunday."""


@contextmanager
def writing(pipeline: Pipeline) -> Iterator[psycopg.Connection]:
    with psycopg.connect(pipeline.database.admin_url) as connection:
        yield connection


@pytest.fixture
def company(pipeline: Pipeline) -> Pipeline:
    """Two items, a depot and a supplier; the last day of data is TODAY."""
    with writing(pipeline) as connection:
        connection.execute(
            "INSERT INTO core.dim_item (item_id, item_name, family, category, unit, is_service, active, attributes)"
            " SELECT item, item, 'CABOS', 'material', 'UN', false, true, '{}' FROM unnest(ARRAY['x', 'y']) AS item;"
            "INSERT INTO core.dim_site (site_id, site_name, site_type) VALUES ('D', 'D', 'warehouse');"
            "INSERT INTO core.dim_supplier VALUES ('S', 'S', '2025-01-01', '2025-01-01', 1)"
        )
    data_end(pipeline, TODAY)
    return pipeline


def data_end(pipeline: Pipeline, day: date) -> None:
    with writing(pipeline) as connection:
        connection.execute(
            "INSERT INTO support.dataset_versions VALUES ('core.fact_purchase_lines', 1, 1, %s, NULL, now(), now())"
            " ON CONFLICT (dataset) DO UPDATE SET data_through = excluded.data_through",
            [day],
        )


Line = tuple[str, date, date | None, date | None]
"""An order's number, and the days on which it was ordered, promised and received."""


def ordered(pipeline: Pipeline, *lines: Line, item: str = "x", supplier: str = "S") -> None:
    with writing(pipeline) as connection, connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO core.fact_purchase_lines (order_id, line_no, item_id, site_id, supplier_id, requested_on,"
            " ordered_on, promised_on, received_on, ordered_qty, after_the_fact, is_open, rest_cancelled)"
            " VALUES (%s, '1', %s, 'D', %s, %s, %s, %s, %s, 5, false, false, false)",
            [(number, item, supplier, day - 3 * DAY, day, *further) for number, day, *further in lines],
        )
    for number, _, _, day in lines:
        if day:
            received(pipeline, number, day, 5)


def received(pipeline: Pipeline, number: str, day: date, quantity: float) -> None:
    with writing(pipeline) as connection:
        connection.execute("SELECT support.make_month_partitions('core.fact_receipts_daily', %s, %s)", [day, day])
        connection.execute("INSERT INTO core.fact_receipts_daily VALUES (%s, '1', %s, %s)", [number, day, quantity])


def stock(pipeline: Pipeline, item: str, quantity: float, cost: float, days: Sequence[date]) -> None:
    with writing(pipeline) as connection:
        for day in days:
            connection.execute("SELECT support.make_month_partitions('core.fact_inventory_daily', %s, %s)", [day, day])
            connection.execute(
                "INSERT INTO core.fact_inventory_daily VALUES (%s, 'D', %s, %s, 0, %s)", [item, day, quantity, cost]
            )


def weekly(pipeline: Pipeline, item: str, demands: Sequence[float], last: date = TODAY) -> None:
    """Demand of the weeks up to the one that ends with `last`."""
    first = monday(last) - (len(demands) - 1) * WEEK
    with writing(pipeline) as connection, connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO analytics.features_demand_weekly VALUES (%s, %s, %s, 1)",
            [(item, first + n * WEEK, demand) for n, demand in enumerate(demands)],
        )


def told(pipeline: Pipeline) -> list[dict[str, Any]]:
    """All alerts after the pipeline has made them."""
    pipeline.run(Stage("alerts", [ALERTS.relation]))
    return pipeline.rows("SELECT * FROM analytics.alerts ORDER BY opened_on, rule, subject_id, cause")


def found(pipeline: Pipeline, rule: str) -> list[tuple[Any, ...]]:
    return [
        (row["level"], row["subject_kind"], row["subject_id"], row["cause"], row["value"])
        for row in told(pipeline)
        if row["rule"] == rule
    ]


def version(pipeline: Pipeline) -> int:
    return pipeline.one("SELECT version FROM support.dataset_versions WHERE dataset = 'analytics.alerts'")


def test_an_alert_is_opened_once_escalates_in_place_closes_and_comes_back_as_a_new_one(company: Pipeline):
    stock(company, "x", 9, 1, [TODAY])
    ordered(company, ("arrived", TODAY - 40 * DAY, TODAY - 30 * DAY, TODAY - 30 * DAY), item="y")
    ordered(company, ("A", TODAY - 20 * DAY, TODAY - 8 * DAY, None))
    (opened,) = told(company)
    assert (opened["rule"], opened["level"], opened["opened_on"], opened["closed_on"]) == (
        "late_order",
        "warning",
        TODAY,
        None,
    )
    assert opened["details"]["supplier_id"] == "S"

    # The same day again: the same alert, and no new version of the table.
    before = version(company)
    assert told(company) == [opened]
    assert version(company) == before

    # Two weeks later it is as late as can be: the same alert, at another level.
    data_end(company, TODAY + 14 * DAY)
    (escalated,) = told(company)
    assert escalated["alert_id"] == opened["alert_id"]
    assert (escalated["level"], escalated["first_level"], escalated["level_since"]) == (
        "critical",
        "warning",
        TODAY + 14 * DAY,
    )
    assert (escalated["opened_on"], escalated["seen_on"], escalated["value"]) == (TODAY, TODAY + 14 * DAY, 22)
    data_end(company, TODAY + 15 * DAY)
    (kept,) = told(company)
    assert (kept["level_since"], kept["seen_on"]) == (TODAY + 14 * DAY, TODAY + 15 * DAY)

    # It arrives, by the books of the next day: the alert is closed, and stays in the history.
    received(company, "A", TODAY, 5)
    data_end(company, TODAY + 16 * DAY)
    (closed,) = told(company)
    assert (closed["alert_id"], closed["closed_on"], closed["seen_on"]) == (
        opened["alert_id"],
        TODAY + 16 * DAY,
        TODAY + 15 * DAY,
    )
    before = version(company)
    assert told(company) == [closed]
    assert version(company) == before

    # The receipt was a mistake: the same cause is a new alert, which knows the former one.
    with writing(company) as connection:
        connection.execute("DELETE FROM core.fact_receipts_daily WHERE order_id = 'A'")
    data_end(company, TODAY + 17 * DAY)
    former, again = told(company)
    assert former == closed
    assert again["alert_id"] != closed["alert_id"]
    assert (again["former_alert_id"], again["opened_on"], again["closed_on"]) == (
        closed["alert_id"],
        TODAY + 17 * DAY,
        None,
    )

    # The day after the mistake made anew without it is as if nothing had been closed on it.
    data_end(company, TODAY + 16 * DAY)
    (undone,) = told(company)
    assert (undone["alert_id"], undone["closed_on"]) == (opened["alert_id"], None)


def test_no_cause_can_be_open_twice(company: Pipeline):
    insert = """
        INSERT INTO analytics.alerts VALUES (gen_random_uuid(), 'excess', 'item', 'x', 'excess', 'info', 'info',
            '2025-06-01', '2025-06-01', '2025-06-01', %s, NULL, 1, 1, '{}')
    """
    with writing(company) as connection:
        connection.execute(insert, [date(2025, 6, 2)])
        connection.execute(insert, [None])
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute(insert, [None])


def test_an_order_is_late_when_its_promised_day_has_passed_by_a_week_and_worse_when_nothing_is_left(company: Pipeline):
    stock(company, "x", 0, 1, [TODAY])
    stock(company, "y", 5, 1, [TODAY])
    began = TODAY - 30 * DAY
    ordered(company, ("late, some left", began, TODAY - 7 * DAY, None), item="y")
    ordered(
        company,
        ("in time", began, TODAY - 20 * DAY, TODAY - 21 * DAY),
        ("late, none left", began, TODAY - 7 * DAY, None),
        ("not yet", began, TODAY - 6 * DAY, None),
        ("no promise", began, None, None),
        ("part of it", began, TODAY - 20 * DAY, None),
        ("all of it, in parts", began, TODAY - 20 * DAY, None),
        ("cancelled", began, TODAY - 20 * DAY, None),
        ("lost", TODAY - 80 * DAY, TODAY - 61 * DAY, None),
        ("forgotten", TODAY - 400 * DAY, TODAY - 390 * DAY, None),
    )
    for number, quantity in (("part of it", 2), ("all of it, in parts", 2), ("all of it, in parts", 3)):
        received(company, number, TODAY - quantity * DAY, quantity)
    with writing(company) as connection:
        connection.execute("UPDATE core.fact_purchase_lines SET rest_cancelled = true WHERE order_id = 'cancelled'")
    assert found(company, "late_order") == [
        ("critical", "order_line", "late, none left/1", f"promised for {TODAY - 7 * DAY}", 7),
        ("warning", "order_line", "late, some left/1", f"promised for {TODAY - 7 * DAY}", 7),
        ("info", "order_line", "lost/1", f"promised for {TODAY - 61 * DAY}", 61),
        ("critical", "order_line", "part of it/1", f"promised for {TODAY - 20 * DAY}", 20),
    ]


def test_a_supplier_drifts_when_its_lead_times_differ_by_more_than_chance(company: Pipeline):
    before = [9, 10, 11, 10, 12, 9, 10, 11, 10, 9]
    recent = {
        "twice as slow": [20, 22, 25, 19, 21, 24, 23, 20],
        "slower": [13, 15, 14, 15, 13, 14, 15, 14],
        "faster": [5, 4, 6, 5, 5, 4, 6, 5],
        "as before": [9, 10, 12, 11, 10, 9, 10, 11],
        "too few lines": [20, 22, 25, 19, 21, 24, 23],
        "anything": [2, 60, 3, 55, 4, 70, 2, 65],
    }
    for supplier, days in recent.items():
        received = [TODAY - n * DAY for n in range(len(days))] + [TODAY - (120 + n) * DAY for n in range(len(before))]
        lines = zip(received, [*days, *before], strict=True)
        ordered(
            company,
            *((f"{supplier} {n}", day - took * DAY, None, day) for n, (day, took) in enumerate(lines)),
            supplier=supplier,
        )

    def welch(days: list[int]) -> Any:
        """Welch (1947), of logarithms; no variance below that of whole days."""
        spans = [[math.log(one) for one in span] for span in (days, before)]
        errors = [max(statistics.variance(span), 0.01) / len(span) for span in spans]
        return pytest.approx((statistics.mean(spans[0]) - statistics.mean(spans[1])) / math.sqrt(sum(errors)))

    assert found(company, "supplier_drift") == [
        (level, "supplier", supplier, cause, welch(recent[supplier]))
        for level, supplier, cause in (
            ("info", "faster", "faster"),
            ("warning", "slower", "slower"),
            ("critical", "twice as slow", "slower"),
        )
    ]


def test_unusual_demands_are_told_for_four_weeks(company: Pipeline):
    with writing(company) as connection:
        connection.execute(
            "INSERT INTO core.fact_demand_anomalies VALUES"
            " ('x', 'D', %(old)s, 90, 2, 9, 'high', 30), ('x', 'D', %(first)s, 90, 2, 9, 'high', 30),"
            " ('y', 'D', %(first)s, 15, 2, 4, 'high', 30), ('y', 'D', %(last)s, 1, 50, -8, 'low', 30)",
            {"old": TODAY - 28 * DAY, "first": TODAY - 27 * DAY, "last": TODAY},
        )
    first = f"D on {TODAY - 27 * DAY}"
    assert found(company, "demand_outlier") == [
        ("warning", "item", "x", first, 9),
        ("info", "item", "y", first, 4),
        ("info", "item", "y", f"D on {TODAY}", -8),
    ]
    data_end(company, TODAY + DAY)
    assert [row["subject_id"] for row in told(company) if row["closed_on"] is None] == ["y"]


def forecasts(pipeline: Pipeline, item: str, values: Sequence[float]) -> None:
    """Forecasts of the weeks up to TODAY's, each made on its Monday."""
    first = monday(TODAY) - (len(values) - 1) * WEEK
    with writing(pipeline) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT support.make_month_partitions('analytics.fact_forecasts', %s, %s)", [first, TODAY + WEEK]
        )
        cursor.executemany(
            "INSERT INTO analytics.fact_forecasts VALUES (%s, %s, 'ALL', 'ensemble', %s, %s, '{}', true, 'v', now())",
            [(week, item, week, value) for n, value in enumerate(values) for week in [first + n * WEEK]],
        )


def test_a_forecast_is_biased_when_its_errors_lie_on_one_side(company: Pipeline):
    weekly(company, "x", [10] * 12)
    weekly(company, "y", [10] * 12)
    forecasts(company, "x", [19, 21] * 6)
    forecasts(company, "y", [0, 20] * 6)
    errors = [9, 11] * 6
    signal = sum(errors) / math.sqrt(sum(error**2 for error in errors))
    assert found(company, "forecast_bias") == [("warning", "item", "x", "too high", pytest.approx(signal))]
    with writing(company) as connection:
        connection.execute("DELETE FROM analytics.fact_forecasts WHERE origin < %s", [monday(TODAY) - 8 * WEEK])
    assert [row["closed_on"] for row in told(company)] == []


def test_a_family_is_biased_when_its_accuracy_says_so_week_after_week(company: Pipeline):
    with writing(company) as connection, connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO analytics.forecast_accuracy (origin, model, segment_kind, segment, weeks, items,"
            " items_compared, coverage_q50, coverage_q80, coverage_q90, coverage_q95, coverage_q99, pit_histogram,"
            " bias)"
            " VALUES (%s, 'ensemble', 'family', %s, 1, 1, 1, 1, 1, 1, 1, 1, '{}', %s)",
            [
                (monday(TODAY) - n * WEEK, family, bias)
                for n in range(12)
                for family, bias in (("CABOS", -0.4 - n % 2 / 10), ("EPI", 0.5 * (-1) ** n))
            ],
        )
    ((level, kind, family, cause, value),) = found(company, "forecast_bias")
    assert (level, kind, family, cause) == ("info", "family", "CABOS", "too low")
    assert value == pytest.approx(-5.4 / math.sqrt(6 * 0.4**2 + 6 * 0.5**2))


def test_stock_that_lasts_too_long_is_excess_and_stock_that_nobody_wants_is_dead(company: Pipeline):
    days = [TODAY, TODAY - 52 * WEEK]
    stock(company, "x", 1000, 10, days)
    stock(company, "y", 1000, 100, days)
    weekly(company, "x", [10] * 56)
    weekly(company, "y", [5] * 4 + [0] * 52)
    assert found(company, "excess") == [
        # 26 weeks of 10 are 260 of the 1,000.
        ("info", "item", "x", "excess", pytest.approx(7400)),
        ("warning", "item", "y", "dead", pytest.approx(100_000)),
    ]


def projected(
    pipeline: Pipeline, item: str, site: str, chance: float | None, on_hand: float, stockout: date | None
) -> None:
    with writing(pipeline) as connection:
        connection.execute("SELECT support.make_month_partitions('analytics.stock_projection', %s, %s)", [TODAY, TODAY])
        connection.execute(
            "INSERT INTO analytics.stock_projection (date, item_id, site_id, on_hand, demand_share, horizon_days,"
            " stockout_on_q50, stockout_probability, made_at) VALUES (%s, %s, %s, %s, 1, 91, %s, %s, now())",
            [TODAY, item, site, on_hand, stockout, chance],
        )


def test_a_stockout_is_imminent_before_an_order_can_come_and_worse_on_an_empty_shelf(company: Pipeline):
    with writing(company) as connection:
        connection.execute("UPDATE core.dim_item SET criticality = CASE item_id WHEN 'x' THEN 'H' ELSE 'L' END")
        connection.execute(
            "INSERT INTO core.dim_item (item_id, item_name, family, category, unit, is_service, active, attributes)"
            " VALUES ('z', 'z', 'CABOS', 'material', 'UN', false, true, '{}')"
        )
    projected(company, "x", "ALL", 0.5, 3, TODAY + 20 * DAY)
    projected(company, "x", "D", None, 3, TODAY + 8 * DAY)
    projected(company, "y", "ALL", 0.6, 3, TODAY + 20 * DAY)
    projected(company, "y", "D", None, 1, TODAY + 7 * DAY)
    projected(company, "y", "E", None, 0, TODAY + DAY)
    projected(company, "z", "ALL", 0.49, 3, None)
    assert found(company, "imminent_stockout") == [
        ("critical", "item", "x", "stock runs out", 0.5),
        ("warning", "item", "y", "stock runs out", 0.6),
        ("warning", "item_site", "y/D", "stock runs out", 7),
        ("warning", "item_site", "y/E", "stock runs out", 1),
    ]
    with writing(company) as connection:
        connection.execute("UPDATE analytics.stock_projection SET on_hand = 0 WHERE (item_id, site_id) = ('y', 'ALL')")
    assert [row[0] for row in found(company, "imminent_stockout")] == ["critical", "critical", "warning", "warning"]


def test_tables_that_stay_behind_are_stale_and_by_schedule_so_is_the_source(
    company: Pipeline, monkeypatch: pytest.MonkeyPatch
):
    with writing(company) as connection:
        connection.execute(
            "INSERT INTO support.dataset_versions SELECT dataset, 1, 1, day, NULL, now(), now() FROM (VALUES"
            " ('core.fact_inventory_daily', %s::date), ('core.fact_demand_daily', %s),"
            " ('analytics.fact_forecasts', %s), ('analytics.lead_time_demand', %s)) AS known (dataset, day)",
            [TODAY - 6 * DAY, TODAY - 6 * DAY, monday(TODAY), monday(TODAY + DAY)],
        )
    assert found(company, "data_stale") == [
        ("warning", "dataset", "analytics.fact_forecasts", "behind", 7),
        ("critical", "dataset", "core.fact_inventory_daily", "behind", 6),
    ]
    monkeypatch.setenv("NOVA_SCHEDULES", "1")
    monkeypatch.setattr("nova_assets.planning.alerts.assets.today", lambda: TODAY + timedelta(days=5))
    assert ("warning", "dataset", "source", "behind", 4) in found(company, "data_stale")


def test_the_demo_companys_alerts_name_what_exists_and_are_not_made_twice(pipeline_on_loaded_erp: Pipeline):
    pipeline = pipeline_on_loaded_erp
    first = told(pipeline)
    before = version(pipeline)
    assert told(pipeline) == first
    assert version(pipeline) == before
    assert {"late_order", "excess", "demand_outlier"} <= {row["rule"] for row in first}
    lines = {
        f"{row['order_id']}/{row['line_no']}"
        for row in pipeline.rows(
            "SELECT order_id, line_no FROM core.fact_purchase_lines WHERE coalesce(received_qty, 0) < ordered_qty"
        )
    }
    assert {row["subject_id"] for row in first if row["subject_kind"] == "order_line"} <= lines
    items = {row["item_id"] for row in pipeline.rows("SELECT item_id FROM core.dim_item WHERE NOT is_service")}
    assert {row["subject_id"] for row in first if row["subject_kind"] == "item"} <= items
    assert all(row["closed_on"] is None for row in first)
