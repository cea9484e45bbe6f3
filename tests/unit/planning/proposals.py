"""Items to propose something for, each told by what is unusual about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nova_assets.planning.columns import steps
from nova_assets.planning.recommendations.proposals import Items, Levels, Stock
from nova_assets.planning.recommendations.transfers import StockedPlaces, Transfers, best_transfers
from nova_assets.settings import PlanningRules

RULES = PlanningRules(
    horizon_days=91,
    lost_supply_days=60,
    requested_days=60,
    dead_stock_days=365,
    order_risk=0.9,
    money_half_brl=10_000.0,
)

USUAL: Mapping[str, Any] = {
    "planned": True,
    "service": False,
    "blocked": False,
    "active": True,
    "criticality": None,
    "lead_time_demand": 10.0,
    "expected_demand": 14.0,
    "reorder_point": 20.0,
    "order_up_to": 50.0,
    "known": True,
    "on_hand": 30.0,
    "on_order": 0.0,
    "late": 0.0,
    "lost": 0.0,
    "requested": 0.0,
    "too_late": 0.0,
    "minimum": np.nan,
    "multiple": np.nan,
    "lead_time_days": 14.0,
    "out_q50": np.nan,
    "out_q90": np.nan,
    "silent_days": 3.0,
}
"""Expected over the lead time 10, the review period 4; 6 for safety; an order is 30; 30 are there."""


def items(*unusual: Mapping[str, Any]) -> Items:
    """An item for each, usual but for what it says."""
    rows = [{**USUAL, **one} for one in unusual]
    unknown = {name for row in rows for name in row} - set(USUAL)
    assert not unknown, unknown

    def column(name: str, type_: Any = np.float64) -> np.ndarray:
        return np.array([row[name] for row in rows], dtype=type_)

    return Items(
        planned=column("planned", bool),
        service=column("service", bool),
        blocked=column("blocked", bool),
        active=column("active", bool),
        criticality=column("criticality", object),
        levels=Levels.of(
            *(
                np.where(column("planned", bool), column(name), 0.0)
                for name in ("lead_time_demand", "expected_demand", "reorder_point", "order_up_to")
            )
        ),
        stock=Stock(
            column("known", bool),
            *(steps(column(name)) for name in ("on_hand", "on_order", "late", "lost", "requested", "too_late")),
        ),
        minimum=column("minimum"),
        multiple=column("multiple"),
        lead_time_days=column("lead_time_days"),
        out_q50=column("out_q50"),
        out_q90=column("out_q90"),
        silent_days=column("silent_days"),
    )


def transfers(places: Sequence[tuple[int, float, float, float, float, float]], count: int) -> Transfers:
    """The best transfers of places: item, on hand, position, reorder point, order-up-to, chance of a stockout."""
    item, on_hand, position, reorder_point, order_up_to, risk = (
        np.array(column) for column in (zip(*places, strict=True) if places else [[]] * 6)
    )
    return best_transfers(
        StockedPlaces(
            item.astype(np.int64),
            *(steps(one.astype(np.float64)) for one in (on_hand, position, reorder_point, order_up_to)),
            risk=risk.astype(np.float64),
        ),
        count,
    )
