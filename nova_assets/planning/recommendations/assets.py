"""The assets of proposals and of what came of them."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import dagster as dg
import pyarrow as pa

from nova_assets import settings
from nova_assets.factories import SINGLE_RUN, asset_key, check_specs, sql_asset, table_spec
from nova_assets.planning import columns
from nova_assets.planning.code import code_of
from nova_assets.planning.days import Planned, publish_days
from nova_assets.planning.policy import lots, ordering
from nova_assets.planning.recommendations import decisions, explanations, one_day, priorities, proposals, transfers
from nova_assets.planning.recommendations.one_day import QUERIES, RecommendationDay
from nova_assets.registry.recommendations import RECOMMENDATION_OUTCOMES, RECOMMENDATIONS
from nova_assets.resources.warehouse import Warehouse

CODE = code_of(
    RECOMMENDATIONS,
    (columns, decisions, explanations, lots, ordering, priorities, one_day, proposals, transfers),
    QUERIES,
)

planner_decisions = dg.AssetSpec(
    asset_key("support.planner_decisions"),
    description="What planners decided about proposals: acknowledged, overridden until a day, snoozed until a day.",
    group_name="external",
    kinds={"postgres"},
)


@dg.multi_asset(
    name="analytics__recommendations",
    specs=[table_spec(RECOMMENDATIONS, kinds={"postgres", "numpy"}, code=CODE)],
    check_specs=check_specs(RECOMMENDATIONS),
    backfill_policy=SINGLE_RUN,
    pool="warehouse",
)
def recommendations(context: dg.AssetExecutionContext, warehouse: Warehouse) -> Iterator[Any]:
    """Publish the run's days in order, for each goes on from the one before; tell what the last one proposes."""
    rules = settings.planning_rules()
    made: dict[date, pa.Table] = {}

    def plan(day: date) -> Planned:
        rows = RecommendationDay.read(warehouse, day, rules, made).rows()
        made[day] = rows.select(["item_id", "action", "proposed_since", "critical"])
        return Planned([rows], lambda: summary(rows))

    yield from publish_days(context, warehouse, RECOMMENDATIONS, plan)


def summary(rows: pa.Table) -> dict[str, Any]:
    """How many items each action has, what the orders cost, and how many are critical."""
    counted = rows["action"].value_counts()
    actions = {entry["values"]: entry["counts"] for entry in counted.to_pylist()}
    costs = [cost for cost in rows.filter(rows_of(rows, "order"))["cost_brl"].to_pylist() if cost is not None]
    return {
        "actions": dg.MetadataValue.json(actions),
        "orders_cost_brl": float(sum(costs)),
        "critical_items": sum(rows["critical"].to_pylist()),
    }


def rows_of(rows: pa.Table, action: str) -> pa.Array:
    """Which rows propose the action."""
    return pa.array([one == action for one in rows["action"].to_pylist()])


recommendation_outcomes = sql_asset(RECOMMENDATION_OUTCOMES)
