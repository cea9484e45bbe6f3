"""The daily parts of the KPIs, and the materialized views, refreshed without blocking their readers."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import dagster as dg

from nova_assets import registry
from nova_assets.factories import SINGLE_RUN, check_specs, make_assets, publication_events, table_spec
from nova_assets.kpis.parameters import KpiParameters
from nova_assets.partitions import run_window
from nova_assets.publication import Query
from nova_assets.registry.kpis import KPI_DAILY
from nova_assets.resources.warehouse import Warehouse
from nova_assets.sqlfiles import all_sql

views = make_assets(registry.VIEWS)
PARTS = "\nUNION ALL\n".join(f"SELECT * FROM (\n{text}\n) AS {name}" for name, text in all_sql("kpis/daily").items())
"""Each file yields date, dimension, member, kpi, numerator, denominator and reason."""


@dg.multi_asset(
    name="analytics__kpi_daily",
    specs=[table_spec(KPI_DAILY, kinds={"postgres", "sql"}, code=PARTS)],
    check_specs=check_specs(KPI_DAILY),
    backfill_policy=SINGLE_RUN,
    pool="warehouse",
)
def kpi_daily(context: dg.AssetExecutionContext, warehouse: Warehouse) -> Iterator[Any]:
    """Measure the days with the parameters of the settings."""
    query = Query(PARTS, asdict(KpiParameters.from_settings()))
    yield from publication_events(
        context, lambda: [warehouse.replace_range(KPI_DAILY, run_window(context), query, context.run.run_id)]
    )
