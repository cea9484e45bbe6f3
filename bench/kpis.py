"""KPIs and alerts of a generated company on a PostgreSQL of its own: how the time grows with the number of items.

    bench/kpis.py --items 50000

A year of daily stock in one place, an issue on one day in seven, nine order lines an item, forecasts of thirteen
origins. For a fifth of the items and for all: the daily parts of the whole year (a first load) and of a night's window,
the refresh of all views, and the alerts. Seconds are of this machine; what to compare is seconds per 10,000 items
between the sizes, which are equal where the time is linear. Everything is deleted afterwards.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path

import psycopg

from nova_assets import registry
from nova_assets.kpis.assets import PARTS
from nova_assets.kpis.parameters import KpiParameters
from nova_assets.partitions import Window
from nova_assets.planning.alerts.assets import ALERTS_SQL
from nova_assets.planning.alerts.thresholds import AlertThresholds
from nova_assets.publication import Query
from nova_assets.registry.alerts import ALERTS
from nova_assets.registry.kpis import KPI_DAILY
from nova_assets.resources.warehouse import Warehouse
from nova_local.embedded import Services, start_services

FIRST, LAST = date(2024, 7, 1), date(2025, 6, 29)
NIGHT = Window(LAST - timedelta(days=119), LAST)
CUT = ("core.fact_inventory_daily", "core.fact_issues_daily", "core.fact_demand_daily", "analytics.fact_forecasts")
COMPANY = """
SELECT setseed(0.5);
INSERT INTO core.dim_calendar
SELECT day, date_trunc('week', day), date_trunc('month', day), 2025, 1, 1, false, false, NULL, true
FROM generate_series(DATE '2024-07-01', DATE '2025-06-29', interval '1 day') AS day;
INSERT INTO core.dim_site (site_id, site_name, site_type, client)
SELECT 'T' || n, 'T' || n, 'tower', 'CLIENT ' || n / 20 FROM generate_series(0, 99) AS n
UNION ALL SELECT 'REG', 'REG', 'regional', NULL;
INSERT INTO core.dim_supplier
SELECT 'S' || n, 'S' || n, '2024-07-01', '2025-06-29', 1 FROM generate_series(0, 199) AS n;
INSERT INTO core.dim_item (item_id, item_name, family, category, unit, is_service, criticality, unit_cost_brl, active,
    attributes)
SELECT to_char(n, 'FM000000'), 'ITEM', 'FAMILY ' || n % 40, 'material', 'UN', false,
    (ARRAY['H', 'M', 'L'])[n % 3 + 1], 1 + n % 500, true, '{}'
FROM generate_series(1, :items) AS n;
INSERT INTO core.fact_inventory_daily
SELECT item_id, 'REG', day::date,
    greatest(0, 40 - (extract(doy FROM day)::integer + hashtext(item_id) % 60 + 60) % 47), 0, unit_cost_brl
FROM core.dim_item CROSS JOIN generate_series(DATE '2024-07-01', DATE '2025-06-29', interval '1 day') AS day;
INSERT INTO core.fact_issues_daily
SELECT item_id, 'REG', date, 1 + random() * 5, 1 FROM core.fact_inventory_daily WHERE random() < 1 / 7.0;
INSERT INTO core.fact_demand_daily
SELECT item_id, 'T' || abs(hashtext(item_id || date)) % 100, date, quantity, issue_lines, quantity
FROM core.fact_issues_daily;
INSERT INTO analytics.features_demand_weekly
SELECT item_id, week::date, round((random() * 6)::numeric, 2), 1
FROM core.dim_item CROSS JOIN generate_series(DATE '2024-07-01', DATE '2025-06-23', interval '7 days') AS week;
INSERT INTO analytics.features_demand_profile (origin, item_id, first_demand_on, last_demand_on, weeks_observed,
    weeks_with_demand, demand_total, demand_52w, request_lines_52w, mean_weekly_demand, adi, abc_class, abc_basis,
    xyz_class)
SELECT origin::date, item_id, '2024-07-01', '2025-06-01', 52, 50, 156, 156, 52, 3, 1, 'B', 'value', 'Y'
FROM core.dim_item CROSS JOIN generate_series(DATE '2025-04-07', DATE '2025-06-30', interval '7 days') AS origin;
INSERT INTO analytics.fact_forecasts
SELECT origin::date, item_id, 'ALL', 'ensemble', (origin + week * interval '7 days')::date, 3,
    '{"q05": 0, "q10": 0, "q50": 3, "q80": 4, "q90": 5, "q95": 6, "q99": 9}', true, 'v', now()
FROM core.dim_item CROSS JOIN generate_series(DATE '2025-04-07', DATE '2025-06-30', interval '7 days') AS origin
CROSS JOIN generate_series(0, 12) AS week;
INSERT INTO core.fact_purchase_lines (order_id, line_no, item_id, site_id, supplier_id, requested_on, ordered_on,
    promised_on, received_on, ordered_qty, received_qty, unit_price_brl, after_the_fact, is_open, rest_cancelled)
SELECT item_id || '-' || n, '1', item_id, 'REG', 'S' || abs(hashtext(item_id)) % 200, DATE '2024-07-01' + n * 40,
    DATE '2024-07-05' + n * 40, DATE '2024-07-15' + n * 40,
    CASE WHEN n < 8 THEN DATE '2024-07-08' + n * 40 + (random() * 10)::integer END, 40, 40, unit_cost_brl,
    false, false, false
FROM core.dim_item CROSS JOIN generate_series(0, 8) AS n;
INSERT INTO support.dataset_versions
SELECT name, 1, 1, DATE '2025-06-29', NULL, now(), now()
FROM unnest(ARRAY['core.fact_purchase_lines', 'core.fact_demand_daily', 'core.fact_inventory_daily']) AS name;
"""


def fill(services: Services, items: int) -> None:
    """The company, with the statistics that its loads would leave."""
    with psycopg.connect(services.admin_url, autocommit=True) as connection:
        for relation in CUT:
            connection.execute("SELECT support.make_month_partitions(%s::regclass, %s, %s)", [relation, FIRST, LAST])
        for statement in COMPANY.replace(":items", str(items)).split(";\n"):
            if statement.strip():
                connection.execute(statement.encode())
        connection.execute("ANALYZE")


def timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def measure(items: int) -> dict[str, float]:
    """Seconds of each part for a company of so many items."""
    with tempfile.TemporaryDirectory(prefix="nova-bench-") as folder, start_services(Path(folder) / "home") as services:
        fill(services, items)
        warehouse = Warehouse(url=services.role_url("nova_pipeline"))
        query = Query(PARTS, asdict(KpiParameters.from_settings()))
        alerts = Query(ALERTS_SQL, {"as_of": LAST, "today": None, **asdict(AlertThresholds.from_settings())})
        return {
            "daily parts of a year": timed(lambda: warehouse.replace_range(KPI_DAILY, Window(FIRST, LAST), query)),
            "daily parts of a night": timed(lambda: warehouse.replace_range(KPI_DAILY, NIGHT, query)),
            "views": timed(lambda: [warehouse.refresh(view) for view in registry.VIEWS]),
            "views again": timed(lambda: [warehouse.refresh(view) for view in registry.VIEWS]),
            "alerts": timed(lambda: warehouse.replace_range(ALERTS, None, alerts)),
        }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=50_000, help="items of the large company (default: %(default)s)")
    items = parser.parse_args().items
    small, large = measure(items // 5), measure(items)
    print(f"{'':24}{'seconds':>9}{'per 10,000 items':>18}{'of the fifth':>14}{'growth':>8}")
    for part, seconds in large.items():
        each, before = seconds / items * 10_000, small[part] / (items // 5) * 10_000
        print(f"{part:24}{seconds:9.1f}{each:18.2f}{before:14.2f}{each / before:8.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
