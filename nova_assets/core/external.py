"""The fact of public data, which reaches beyond the days of its run: months come late, and forecasts lie ahead."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import dagster as dg

from nova_assets.factories import SINGLE_RUN, check_specs, publication_events, table_spec
from nova_assets.partitions import Window, key_range
from nova_assets.publication import Query
from nova_assets.registry.external import FACT_EXTERNAL_DAILY
from nova_assets.resources.warehouse import Warehouse
from nova_assets.sqlfiles import table_sql

# A month's value stands on its first day and comes out in the middle of the next month.
DAYS_BEFORE = 62
# As far as forecasts reach.
DAYS_AFTER = 16


@dg.multi_asset(
    name="core__fact_external_daily",
    specs=[table_spec(FACT_EXTERNAL_DAILY, kinds={"postgres", "sql"}, code=table_sql(FACT_EXTERNAL_DAILY))],
    check_specs=check_specs(FACT_EXTERNAL_DAILY),
    backfill_policy=SINGLE_RUN,
    pool="warehouse",
)
def fact_external_daily(context: dg.AssetExecutionContext, warehouse: Warehouse) -> Iterator[Any]:
    """Unite the sources' tables for the run's days, the two months before them and the days of the forecast."""
    first, last = key_range(context)
    window = Window(first - timedelta(days=DAYS_BEFORE), last + timedelta(days=DAYS_AFTER))
    query = Query(table_sql(FACT_EXTERNAL_DAILY))
    yield from publication_events(
        context,
        lambda: [warehouse.replace_range(FACT_EXTERNAL_DAILY, window, query, context.run.run_id)],
        days_replaced=str(window),
    )
