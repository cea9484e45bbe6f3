"""What planners change in the items from month to month."""

from __future__ import annotations

import numpy as np

from nova_local.erp.today import Today
from nova_local.erp.world import EPOCH

PLANNED_DAYS_CHANGE, MIN_ORDER_CHANGE = 0.004, 0.003  # share of items a month
BLOCKED_AFTER = 60  # days after an item's last use


def maintain(today: Today) -> None:
    """On the first of a month: new standard costs each quarter, a few lead times and minimum orders, old items
    blocked."""
    state, items = today.state, today.world.items
    date = np.datetime64(EPOCH) + today.number
    month = date.astype("datetime64[M]")
    if date != month.astype("datetime64[D]"):
        return
    changed = np.zeros(len(items), bool)
    if month.astype(int) % 3 == 0:
        changed |= state.standard_cost != state.average_cost
        state.standard_cost = state.average_cost.copy()
    longer = today.chance(len(items), PLANNED_DAYS_CHANGE)
    factor = today.rng.uniform(0.6, 1.8, len(items))
    state.planned_days = np.where(longer, np.maximum(1, np.rint(state.planned_days * factor)), state.planned_days)
    state.planned_days = state.planned_days.astype(np.int64)
    larger = today.chance(len(items), MIN_ORDER_CHANGE)
    state.min_order = np.where(larger, state.min_order + items.multiple, state.min_order)
    ends = ~state.blocked & (items.last + BLOCKED_AFTER < today.age)
    state.blocked = state.blocked | ends
    state.item_stamp[changed | longer | larger | ends] = today.evening
