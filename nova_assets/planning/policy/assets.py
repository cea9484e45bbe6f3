"""The asset of inventory policies: each day of a run by itself, from what was known at its end."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import dagster as dg

from nova_assets.factories import SINGLE_RUN, check_specs, table_spec
from nova_assets.planning import demand, parameters
from nova_assets.planning.code import code_of
from nova_assets.planning.days import Planned, publish_days
from nova_assets.planning.parameters import Parameters
from nova_assets.planning.policy import allocation, classic, lots, one_day, places, policies, service
from nova_assets.planning.policy.one_day import PolicyDay
from nova_assets.planning.policy.summary import summary
from nova_assets.registry.planning import INVENTORY_POLICY
from nova_assets.resources.warehouse import Warehouse

CODE = code_of(
    INVENTORY_POLICY,
    (allocation, classic, demand, lots, parameters, places, policies, one_day, service),
    ("policy_items", "stocking_places"),
)


@dg.multi_asset(
    name="analytics__inventory_policy",
    specs=[table_spec(INVENTORY_POLICY, kinds={"postgres", "numpy"}, code=CODE)],
    check_specs=check_specs(INVENTORY_POLICY),
    backfill_policy=SINGLE_RUN,
    pool="warehouse",
)
def inventory_policy(context: dg.AssetExecutionContext, warehouse: Warehouse) -> Iterator[Any]:
    """Publish the run's days, and show what came of the last one."""
    parameters = Parameters.from_settings()

    def plan(day: date) -> Planned:
        made = PolicyDay.read(warehouse, day, parameters)
        return Planned([made.rows()], lambda: summary(made))

    yield from publish_days(context, warehouse, INVENTORY_POLICY, plan)
