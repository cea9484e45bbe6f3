"""The assets of proposals and of what came of them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pyarrow as pa

from nova_assets import settings
from nova_assets.factories import SINGLE_RUN, asset_key, check_specs, publication_events, sql_asset, table_spec
from nova_assets.partitions import Window, key_range
from nova_assets.planning.policy_assets import require_forecasts
from nova_assets.planning.recommendation_day import QUERIES, RecommendationDay
from nova_assets.publication import Published, Stream
from nova_assets.registry.recommendations import RECOMMENDATION_OUTCOMES, RECOMMENDATIONS
from nova_assets.resources.warehouse import Warehouse
from nova_assets.sqlfiles import check_sql, read_sql

MODULES = (
    "columns",
    "decisions",
    "explanations",
    "lots",
    "ordering",
    "priorities",
    "recommendation_day",
    "recommendations",
    "transfers",
)
CODE = "\n".join(
    [
        *((Path(__file__).parent / f"{name}.py").read_text(encoding="utf-8") for name in MODULES),
        *(read_sql(f"planning/{name}.sql") for name in QUERIES),
        *(check_sql(rule.name) for rule in RECOMMENDATIONS.rules),
    ]
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
    window, rules = Window(*key_range(context)), settings.planning_rules()
    require_forecasts(warehouse, window.days())
    shown: dict[str, Any] = {}

    def tables() -> Iterator[pa.Table]:
        made: dict[Any, pa.Table] = {}
        for day in window.days():
            rows = RecommendationDay.read(warehouse, day, rules, made).rows()
            made[day] = rows.select(["item_id", "action", "proposed_since", "critical"])
            if day == window.last:
                shown.update(summary(rows))
            yield rows

    def publish() -> list[Published]:
        return [warehouse.replace_range(RECOMMENDATIONS, window, Stream(tables), context.run.run_id)]

    for event in publication_events(context, publish):
        yield (
            event._replace(metadata={**(event.metadata or {}), **shown})
            if isinstance(event, dg.MaterializeResult)
            else event
        )


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
