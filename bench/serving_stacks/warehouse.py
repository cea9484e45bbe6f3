"""The warehouse that every stack reads: one fact of more than ten million rows, and the catalogue above it."""

from __future__ import annotations

from datetime import date

import psycopg

from nova_local.embedded import Services

FIRST_DAY, LAST_DAY = date(2023, 1, 1), date(2023, 12, 31)
DAYS = (LAST_DAY - FIRST_DAY).days + 1

ITEMS = """
    INSERT INTO core.dim_item (
        item_id, item_name, family, category, unit, is_service, criticality, unit_cost_brl, min_order_qty,
        order_multiple, active, attributes
    )
    SELECT
        'I' || item, 'Item number ' || item, 'F' || item % 40, 'material', 'UN', false, 'M',
        100 + item % 900, 10, 5, true, '{"not_in_source": []}'
    FROM generate_series(1, $1) AS item
"""

DEMAND = """
    SELECT 'I' || item, 'S1', day::date, (1 + (item * 7 + extract(doy FROM day)::integer) % 50)::numeric, 1, NULL
    FROM generate_series(1, {items}) AS item
    CROSS JOIN generate_series('{first}'::date, '{last}'::date, '1 day') AS day
"""

PUBLISHED = """
    INSERT INTO support.dataset_versions
    SELECT dataset, 1, 1, '2023-12-31', 'bench', now(), now()
    FROM unnest(ARRAY[
        'analytics.mv_item_overview', 'core.dim_item', 'core.fact_demand_daily', 'analytics.features_demand_weekly'
    ]) AS dataset
"""

MONTHS = "SELECT support.make_month_partitions('core.fact_demand_daily', $1, $2)"


def fill(services: Services, items: int) -> int:
    """Fill the tables for so many items; returns the rows of the fact."""
    with (
        psycopg.connect(services.admin_url, autocommit=True) as source,
        psycopg.connect(services.admin_url, autocommit=True) as target,
    ):
        raw = psycopg.RawCursor(target)
        raw.execute(ITEMS.encode(), [items])
        raw.execute(MONTHS.encode(), [FIRST_DAY, LAST_DAY])
        rows = DEMAND.format(items=items, first=FIRST_DAY, last=LAST_DAY)
        with (
            source.cursor().copy(f"COPY ({rows}) TO STDOUT (FORMAT BINARY)".encode()) as out,
            target.cursor().copy(b"COPY core.fact_demand_daily FROM STDIN (FORMAT BINARY)") as into,
        ):
            for block in out:
                into.write(block)
        target.execute("VACUUM ANALYZE core.fact_demand_daily, core.dim_item")
        target.execute("REFRESH MATERIALIZED VIEW analytics.mv_item_overview")
        target.execute("ANALYZE analytics.mv_item_overview")
        target.execute(PUBLISHED.encode())
        counted = target.execute("SELECT count(*) FROM core.fact_demand_daily").fetchone()
    assert counted is not None
    return counted[0]
