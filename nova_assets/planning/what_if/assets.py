"""The asset of the what-if grid: what each method would fill, and what that takes, as of the end of a day."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import dagster as dg
import numpy as np

from nova_assets.factories import SINGLE_RUN, check_specs, table_spec
from nova_assets.images import image
from nova_assets.planning.code import code_of
from nova_assets.planning.days import Planned, publish_days
from nova_assets.planning.parameters import Parameters
from nova_assets.planning.policy import ordering
from nova_assets.planning.policy.assets import CODE as POLICY_CODE
from nova_assets.planning.policy.summary import COLORS
from nova_assets.planning.what_if import grid, one_day, simulation
from nova_assets.planning.what_if.grid import Point
from nova_assets.planning.what_if.one_day import ALL, SimulationDay
from nova_assets.registry.planning_simulation import POLICY_SIMULATION
from nova_assets.resources.warehouse import Warehouse

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CODE = POLICY_CODE + code_of(POLICY_SIMULATION, (ordering, simulation, one_day, grid), ("weekly_demand",))


@dg.multi_asset(
    name="analytics__policy_simulation",
    specs=[table_spec(POLICY_SIMULATION, kinds={"postgres", "numpy"}, code=CODE)],
    check_specs=check_specs(POLICY_SIMULATION),
    backfill_policy=SINGLE_RUN,
    pool="warehouse",
)
def policy_simulation(context: dg.AssetExecutionContext, warehouse: Warehouse) -> Iterator[Any]:
    """Publish the run's days, and show the curves of the last one."""
    parameters = Parameters.from_settings()

    def plan(day: date) -> Planned:
        made = SimulationDay.read(warehouse, day, parameters)
        expected, simulated = made.expected(), made.simulated()
        return Planned([made.rows(expected, simulated)], lambda: _shown(made, expected, simulated))

    yield from publish_days(context, warehouse, POLICY_SIMULATION, plan)


def _shown(made: SimulationDay, expected: Sequence[Point], simulated: Sequence[Point]) -> dict[str, Any]:
    """How much could be simulated, and stock against fill."""
    counted = {"items": len(made.plan.items), "items_simulated": len(made.past_rows)}
    weeks = {"weeks_simulated": made.past.weeks} if made.past else {}
    if not expected:
        return counted
    return {**counted, **weeks, "stock_against_fill": dg.MetadataValue.md(_curves(expected, simulated))}


def _curves(expected: Sequence[Point], simulated: Sequence[Point]) -> str:
    """Stock against the requests filled, of all items: lines as expected, dashes as simulated."""
    priced = any(np.isfinite(point.rates.stock_value) for point in expected)

    def draw(axes: "Axes") -> None:
        for points, style in ((expected, "-"), (simulated, "--")):
            for method, color in COLORS.items():
                whole = [point.rates for point in points if point.method is method and point.segment.name == ALL]
                if whole:
                    stock = [rates.stock_value if priced else rates.stock for rates in whole]
                    label = f"{method.value}, {'expected' if style == '-' else 'simulated'}"
                    fills = [rates.line_fill for rates in whole]
                    axes.plot(stock, fills, style, marker="o", ms=2.5, lw=1.2, color=color, label=label)
        axes.set_xlabel("mean value of stock, BRL" if priced else "mean stock, units", fontsize=8)
        axes.set_ylabel("requests filled", fontsize=8)
        axes.legend(fontsize=7, frameon=False)

    return image("Stock against fill", draw)
