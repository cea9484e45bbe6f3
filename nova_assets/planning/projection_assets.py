"""The asset of projections: each day of a run by itself, from what was known at its end."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pyarrow as pa

from nova_assets import settings
from nova_assets.factories import SINGLE_RUN, check_specs, publication_events, table_spec
from nova_assets.partitions import Window, key_range
from nova_assets.planning.policy_assets import require_forecasts
from nova_assets.planning.projection_day import QUERIES, ProjectionDay
from nova_assets.publication import Stream
from nova_assets.registry.recommendations import STOCK_PROJECTION
from nova_assets.resources.warehouse import Warehouse
from nova_assets.sqlfiles import check_sql, read_sql

MODULES = ("columns", "projection", "projection_day")
CODE = "\n".join(
    [
        *((Path(__file__).parent / f"{name}.py").read_text(encoding="utf-8") for name in MODULES),
        *(read_sql(f"planning/{name}.sql") for name in QUERIES),
        *(check_sql(rule.name) for rule in STOCK_PROJECTION.rules),
    ]
)


@dg.multi_asset(
    name="analytics__stock_projection",
    specs=[table_spec(STOCK_PROJECTION, kinds={"postgres", "numpy"}, code=CODE)],
    check_specs=check_specs(STOCK_PROJECTION),
    backfill_policy=SINGLE_RUN,
    pool="warehouse",
)
def stock_projection(context: dg.AssetExecutionContext, warehouse: Warehouse) -> Iterator[Any]:
    """Publish the run's days, some thousand rows in memory at a time."""
    window, rules = Window(*key_range(context)), settings.planning_rules()
    require_forecasts(warehouse, window.days())

    def tables() -> Iterator[pa.Table]:
        for day in window.days():
            yield from ProjectionDay.read(warehouse, day, rules).tables()

    yield from publication_events(
        context,
        lambda: [warehouse.replace_range(STOCK_PROJECTION, window, Stream(tables), context.run.run_id)],
        horizon_days=rules.horizon_days,
    )
