"""The daily plan of generated portfolios of rising size and its KPIs, step by step: seconds per 10,000 items, and how
they grow.

    bench/planning.py                       5,000, 20,000 and 50,000 items
    bench/planning.py --items 2000 8000     sizes of your own, rising
    bench/planning.py --json                ends with one line of JSON

Each size has a warehouse of its own on a PostgreSQL that is deleted afterwards. Its day is planned by the pipeline's
own stages, from reading to commit, three days after one another: policies, grid, projection, proposals, alerts, the
day's KPIs and all views; the median counts. A small portfolio is planned first, so that nothing pays for what is read
once. Seconds come from one machine and mean little elsewhere; the ratios to the smallest size are what to compare: 1 is
linear.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import dagster as dg
import numpy as np
import psycopg
from psycopg import sql

from nova_assets import registry
from nova_assets.definitions import build_defs
from nova_assets.materialize import Stage, kpi_stages, run_stage
from nova_assets.partitions import DAY, Window, latest_origin
from nova_assets.resources.warehouse import Warehouse
from nova_local.embedded import Services, start_services
from nova_local.provision import WAREHOUSE

SIZES = (5_000, 20_000, 50_000)
WARM_UP = 200
DAYS = tuple(date(2025, 10, 28) + number * DAY for number in range(3))
ORIGIN = latest_origin(DAYS[0])
YEAR = Window(date(2024, 11, 1), DAYS[-1])
PLACES, ISSUE_DAYS = 3, 8
"""Stocking places of an item, and days of the year on which it leaves each."""

SHAPES = (0.05, 0.3, 1.0, 5.0)
"""Of gamma demand over the lead time, from hardly ever any to every day some; an item has one of the four."""

DIMENSIONS = """
    INSERT INTO core.dim_site (site_id, site_name, site_type)
    SELECT 'P' || place, 'P' || place, 'warehouse' FROM generate_series(1, %(places)s) AS place;
    INSERT INTO core.dim_item (
        item_id, item_name, family, category, unit, is_service, criticality, unit_cost_brl, min_order_qty,
        order_multiple, active, attributes
    )
    SELECT
        'I' || lpad(item::text, 7, '0'), 'Item ' || item, 'F' || item %% 40, 'material', 'UN', false,
        (ARRAY['H', 'M', 'L', NULL])[1 + item %% 4], round(exp(3 + 1.5 * random())::numeric, 2),
        CASE WHEN item %% 3 = 0 THEN 10 END, CASE WHEN item %% 5 = 0 THEN 5 END, true, '{"not_in_source": []}'
    FROM generate_series(1, %(items)s) AS item;
    INSERT INTO core.dim_item_history (item_id, valid_from, unit_cost_brl, min_order_qty, order_multiple)
    SELECT item_id, DATE '2019-01-01', unit_cost_brl, min_order_qty, order_multiple FROM core.dim_item;
"""

PROFILES = """
    INSERT INTO analytics.features_demand_profile (
        origin, item_id, first_demand_on, last_demand_on, weeks_observed, weeks_with_demand, demand_total, demand_52w,
        request_lines_52w, mean_weekly_demand, cv, adi, cv2, demand_class, abc_class, abc_basis, xyz_class
    )
    SELECT
        %(origin)s, item_id, %(origin)s::date - 700, %(origin)s::date - 5, 100, 25, 100 * weekly, 52 * weekly, 20,
        weekly, 2, 4, 0.4, 'intermittent', (ARRAY['A', 'B', 'C'])[1 + floor(3 * random())::integer], 'value', 'Z'
    FROM (SELECT item_id, exp(2 * random()) AS weekly FROM core.dim_item) AS drawn;
"""

DEMAND = """
    INSERT INTO analytics.lead_time_demand (
        origin, item_id, site_id, supplier_id, supplier_lines, basis, lead_time_mean_days, lead_time_p90_days,
        review_period_days, lead_time_demand, expected_demand, q05, q10, q50, q80, q90, q95, q99, quantiles,
        beyond_share, model_version, generated_at
    )
    SELECT
        origin, item_id, 'ALL', NULL, 4, 'requested_to_received', 21, 40, 7, 0.75 * mean, mean, spread[5], spread[10],
        spread[50], spread[80], spread[90], spread[95], spread[99], spread, 0, 'bench', now()
    FROM analytics.features_demand_profile
    CROSS JOIN LATERAL (
        SELECT 4 * mean_weekly_demand AS mean, 1 + (hashtext(item_id) & 3) AS shape
    ) AS expected
    CROSS JOIN LATERAL (
        SELECT array_agg(mean * quantile ORDER BY quantile) AS spread
        FROM unnest((%(shapes)s::double precision[][])[shape:shape]) AS quantile
    ) AS quantiles;
"""

FORECASTS = """
    INSERT INTO analytics.fact_forecasts (
        origin, item_id, site_id, model, forecast_date, forecast_value, confidence_interval, served, model_version,
        generated_at
    )
    SELECT
        origin, item_id, 'ALL', 'ensemble', origin + 7 * week, mean_weekly_demand, '{}', true, 'bench', now()
    FROM analytics.features_demand_profile
    CROSS JOIN generate_series(0, 12) AS week;
    INSERT INTO analytics.summed_demand (
        origin, item_id, site_id, weeks, model, forecast_value, q05, q10, q20, q30, q40, q50, q60, q70, q80, q90, q95,
        q99, model_version, run_seconds, generated_at
    )
    SELECT
        demand.origin, demand.item_id, 'ALL', weeks, 'ensemble', mean * weeks, spread[5], spread[10], spread[20],
        spread[30], spread[40], spread[50], spread[60], spread[70], spread[80], spread[90], spread[95], spread[99],
        'bench', 0, now()
    FROM analytics.lead_time_demand AS demand
    CROSS JOIN unnest(ARRAY[1, 2, 4, 8, 13, 26]) AS weeks
    CROSS JOIN LATERAL (SELECT demand.expected_demand / 4 AS mean) AS weekly
    CROSS JOIN LATERAL (
        SELECT
            array_agg(greatest(mean * weeks + (quantile - 4 * mean) * sqrt(weeks / 4.0), 0) ORDER BY quantile) AS spread
        FROM unnest(demand.quantiles) AS quantile
    ) AS grown;
    INSERT INTO analytics.features_weekday_shares (origin, item_id, weekday, share, holiday_factor, demand_days)
    SELECT origin, item_id, weekday, 1.0 / 7, 0.5, 100
    FROM analytics.features_demand_profile
    CROSS JOIN generate_series(1, 7) AS weekday
    WHERE hashtext(item_id) %% 20 = 0;
    INSERT INTO core.dim_calendar (
        date, week, month, year, iso_week, weekday, is_weekend, is_holiday, is_business_day
    )
    SELECT
        day, date_trunc('week', day), date_trunc('month', day), extract(year FROM day), extract(week FROM day),
        extract(isodow FROM day), extract(isodow FROM day) > 5, false, extract(isodow FROM day) < 6
    FROM generate_series(%(first)s::date - 30, %(first)s::date + 200, interval '1 day') AS day;
"""

ORDERS = """
    INSERT INTO analytics.supplier_lead_times
    SELECT
        %(origin)s, 'ALL', 'requested_to_received', 9, 0, 0, 2.9, 0.5, 1, 1, 21, 18, 40, 45, 'bench', now();
    INSERT INTO core.fact_purchase_lines (
        order_id, line_no, item_id, site_id, supplier_id, requested_on, ordered_on, promised_on, ordered_qty,
        after_the_fact, is_open, rest_cancelled
    )
    SELECT
        'O' || item_id || number, '1', item_id, 'P1', 'UNKNOWN', ordered - 3, ordered, ordered + 20,
        20 + floor(20 * random()), false, false, false
    FROM core.dim_item
    CROSS JOIN generate_series(0, 7) AS number
    CROSS JOIN LATERAL (SELECT %(first)s::date - 45 * number - (hashtext(item_id) & 15) AS ordered) AS days;
    -- Half of the latest orders are open, and one in fifty of the others for good.
    INSERT INTO core.fact_receipts_daily (order_id, line_no, date, quantity)
    SELECT order_id, line_no, least(promised_on, %(first)s::date), ordered_qty
    FROM core.fact_purchase_lines
    WHERE CASE WHEN promised_on > %(first)s THEN random() < 0.5 ELSE random() < 0.98 END;
    INSERT INTO core.fact_demand_daily (item_id, site_id, date, demand, request_lines)
    SELECT item_id, site_id, date, quantity, issue_lines FROM core.fact_issues_daily;
"""

STOCK = """
    INSERT INTO core.fact_issues_daily (item_id, site_id, date, quantity, issue_lines)
    SELECT item_id, 'P' || place, %(last)s::date - (place + 40 * number)::integer, 1 + floor(9 * random()), 1
    FROM core.dim_item
    CROSS JOIN generate_series(1, %(places)s) AS place
    CROSS JOIN generate_series(1, %(issue_days)s) AS number;
    INSERT INTO core.fact_inventory_daily (item_id, site_id, date, on_hand, on_order, unit_cost_brl)
    SELECT item_id, 'P' || place, day, floor(40 * random()), 0, unit_cost_brl
    FROM core.dim_item
    CROSS JOIN generate_series(1, %(places)s) AS place
    CROSS JOIN generate_series(%(first)s::date, %(last)s::date, interval '1 day') AS day;
"""

MONTHLY = (
    "core.fact_demand_daily",
    "core.fact_issues_daily",
    "core.fact_inventory_daily",
    "core.fact_purchase_lines",
    "core.fact_receipts_daily",
    "analytics.lead_time_demand",
    "analytics.fact_forecasts",
    "analytics.summed_demand",
)
MONTHS = """
    SELECT support.make_month_partitions(oid, %s, %s) FROM pg_class
    WHERE oid = %s::regclass AND relkind = 'p'
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, nargs="+", default=SIZES, help="items of the portfolios, rising")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    arguments = parser.parse_args()
    os.environ["NOVA_SOURCE"] = "erp"
    with (
        tempfile.TemporaryDirectory(prefix="nova-bench-") as folder,
        start_services(Path(folder) / ".nova") as services,
    ):
        measured = {size: planned(services, size) for size in (WARM_UP, *arguments.items)}
    del measured[WARM_UP]
    report(measured)
    if arguments.json:
        print(json.dumps({"seconds_per_10000_items": {size: per_10_000(measured, size) for size in measured}}))
    return 0


def planned(services: Services, items: int) -> Mapping[str, float]:
    """Step of the day → median seconds that it takes for `items` items."""
    with portfolio(services, items) as warehouse, dg.DagsterInstance.ephemeral() as instance:
        repository = build_defs({"warehouse": warehouse}).get_repository_def()
        seconds: dict[str, list[float]] = defaultdict(list)
        for day in DAYS:
            for stage in stages(day):
                started = time.perf_counter()
                run_stage(stage, repository, instance)
                seconds[stage.name].append(time.perf_counter() - started)
    return {step: statistics.median(taken) for step, taken in seconds.items()}


def stages(day: date) -> list[Stage]:
    """A day's plan, a table at a time, and its KPIs."""
    plan = [Stage(table.relation, [table.relation], day, day) for table in registry.PLANNING]
    return [*plan, *kpi_stages(Window(day, day))]


@contextmanager
def portfolio(services: Services, items: int) -> Iterator[Warehouse]:
    """A warehouse with what a plan of `items` items reads, while the context lasts."""
    name = f"portfolio_{items}"
    with psycopg.connect(services.superuser_url, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*map(sql.Identifier, (name, WAREHOUSE))))
        say(f"{items:,} items …")
        with psycopg.connect(f"{services.admin_url.rpartition('/')[0]}/{name}", autocommit=True) as connection:
            fill(connection, items)
        yield Warehouse(url=services.role_url("nova_pipeline", name))
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def fill(connection: psycopg.Connection, items: int) -> None:
    """The same portfolio each time."""
    rng = np.random.default_rng(3)
    shapes = [np.quantile(rng.gamma(shape, 1 / shape, 20_000), np.arange(1, 100) / 100).tolist() for shape in SHAPES]
    values = {
        "items": items,
        "places": PLACES,
        "issue_days": ISSUE_DAYS,
        "shapes": shapes,
        "origin": ORIGIN,
        "first": DAYS[0],
        "last": DAYS[-1],
    }
    for relation in MONTHLY:
        connection.execute(MONTHS, [YEAR.first, YEAR.last, relation])
    with psycopg.ClientCursor(connection) as cursor:
        cursor.execute("SELECT setseed(0.5)")
        for script in (DIMENSIONS, PROFILES, DEMAND, STOCK, FORECASTS, ORDERS):
            cursor.execute(script.encode(), values)
        cursor.execute("VACUUM ANALYZE")


def per_10_000(measured: Mapping[int, Mapping[str, float]], size: int) -> float:
    """Seconds of the whole plan per 10,000 items."""
    return sum(measured[size].values()) / size * 10_000


def report(measured: Mapping[int, Mapping[str, float]]) -> None:
    smallest = min(measured)
    row("", *(f"{size:,} items" for size in measured))
    for step in measured[smallest]:
        row(step, *(f"{measured[size][step]:.2f} s" for size in measured))
    row("seconds per 10,000 items", *(f"{per_10_000(measured, size):.2f} s" for size in measured))
    base = per_10_000(measured, smallest)
    row("ratio to the smallest", *(f"{per_10_000(measured, size) / base:.2f}" for size in measured))


def row(name: str, *cells: str) -> None:
    print(f"{name:<34}" + "".join(f"{cell:>16}" for cell in cells))


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
