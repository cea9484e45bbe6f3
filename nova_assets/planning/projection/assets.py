"""The asset of projections: each day of a run by itself, from what was known at its end."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import dagster as dg

from nova_assets import settings
from nova_assets.factories import SINGLE_RUN, check_specs, table_spec
from nova_assets.planning import columns
from nova_assets.planning.code import code_of
from nova_assets.planning.days import Planned, publish_days
from nova_assets.planning.projection import courses, one_day
from nova_assets.planning.projection.one_day import QUERIES, ProjectionDay
from nova_assets.registry.recommendations import STOCK_PROJECTION
from nova_assets.resources.warehouse import Warehouse

CODE = code_of(STOCK_PROJECTION, (columns, courses, one_day), QUERIES)


@dg.multi_asset(
    name="analytics__stock_projection",
    specs=[table_spec(STOCK_PROJECTION, kinds={"postgres", "numpy"}, code=CODE)],
    check_specs=check_specs(STOCK_PROJECTION),
    backfill_policy=SINGLE_RUN,
    pool="warehouse",
)
def stock_projection(context: dg.AssetExecutionContext, warehouse: Warehouse) -> Iterator[Any]:
    """Publish the run's days, some thousand rows in memory at a time."""
    rules = settings.planning_rules()

    def plan(day: date) -> Planned:
        return Planned(ProjectionDay.read(warehouse, day, rules).tables(), lambda: {"horizon_days": rules.horizon_days})

    yield from publish_days(context, warehouse, STOCK_PROJECTION, plan)
