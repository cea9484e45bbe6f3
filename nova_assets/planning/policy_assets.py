"""The asset of inventory policies: each day of a run by itself, from what was known at its end."""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import pyarrow as pa

from nova_assets.factories import SINGLE_RUN, check_specs, publication_events, table_spec
from nova_assets.partitions import DAY, Window, key_range, latest_origin
from nova_assets.planning.parameters import Parameters
from nova_assets.planning.policy_day import PolicyDay
from nova_assets.planning.policy_summary import summary
from nova_assets.publication import Published, Stream
from nova_assets.registry.planning import INVENTORY_POLICY
from nova_assets.resources.warehouse import Warehouse
from nova_assets.sqlfiles import check_sql, read_sql

MODULES = ("allocation", "classic", "demand", "lots", "parameters", "places", "policy", "policy_day", "service")
CODE = "\n".join(
    [
        *((Path(__file__).parent / f"{name}.py").read_text(encoding="utf-8") for name in MODULES),
        *(read_sql(f"planning/{name}.sql") for name in ("policy_items", "stocking_places")),
        *(check_sql(rule.name) for rule in INVENTORY_POLICY.rules),
    ]
)

_FORECAST = """
    SELECT origin FROM unnest(%s::date[]) AS wanted (origin)
    WHERE
        EXISTS (SELECT FROM analytics.lead_time_demand AS demand WHERE demand.origin = wanted.origin)
        AND EXISTS (SELECT FROM analytics.features_demand_profile AS profile WHERE profile.origin = wanted.origin)
"""


@dg.multi_asset(
    name="analytics__inventory_policy",
    specs=[table_spec(INVENTORY_POLICY, kinds={"postgres", "numpy"}, code=CODE)],
    check_specs=check_specs(INVENTORY_POLICY),
    backfill_policy=SINGLE_RUN,
    pool="warehouse",
)
def inventory_policy(context: dg.AssetExecutionContext, warehouse: Warehouse) -> Iterator[Any]:
    """Publish the run's days, one in memory at a time, and show what came of the last one."""
    window, parameters = Window(*key_range(context)), Parameters.from_settings()
    days = [window.first + number * DAY for number in range((window.last - window.first).days + 1)]
    require_forecasts(warehouse, days)
    shown: dict[str, Any] = {}

    def tables() -> Iterator[pa.Table]:
        for day in days:
            made = PolicyDay.read(warehouse, day, parameters)
            yield made.rows()
            if day == days[-1]:
                shown.update(summary(made))

    def publish() -> list[Published]:
        return [warehouse.replace_range(INVENTORY_POLICY, window, Stream(tables), context.run.run_id)]

    for event in publication_events(context, publish):
        yield (
            event._replace(metadata={**(event.metadata or {}), **shown})
            if isinstance(event, dg.MaterializeResult)
            else event
        )


def require_forecasts(warehouse: Warehouse, days: Sequence[date]) -> None:
    """Refuse days whose forecasts are not there: their old plan stays.

    Raises:
        dagster.Failure: naming the origins, and what makes them.
    """
    wanted = sorted({latest_origin(day) for day in days})
    with warehouse.connect() as connection:
        found = connection.execute(_FORECAST, [wanted]).fetchall()
    if missing := [origin for origin in wanted if (origin,) not in found]:
        span = f"{missing[0]}" if len(missing) == 1 else f"{len(missing)} origins from {missing[0]} to {missing[-1]}"
        raise dg.Failure(
            f"Demand over the lead time, or its profiles, are missing for {span}, and these days are planned by it: "
            "make it first (`nova backfill --origin`). Nothing was planned; the former plan stays.",
            allow_retries=False,
        )
