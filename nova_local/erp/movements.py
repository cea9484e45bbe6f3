"""Internal movements as rows: the kinds, and how one is written."""

from __future__ import annotations

import numpy as np

from nova_local.erp.frames import Frame, length
from nova_local.erp.today import Today

ISSUE, RETURN, OUT, IN, LOSS, FOUND = range(6)
CODES = ("501", "001", "999", "499", "998", "498")  # d3_tm
CLASSES = ("RE0", "DE0", "RE4", "DE4", "RE6", "DE6")  # d3_cf
SPELLED_OTHERWISE, WITHOUT_SITE = 0.02, 0.03
NOWHERE = -1


def write(today: Today, kind: int, rows: Frame) -> Frame:
    """Write movements `item, location, quantity` and, where they have them, `other` (the location at the other end),
    `place, work_order, day, document, reversed`; returned as written."""
    count = length(rows)
    otherwise = today.chance(count, SPELLED_OTHERWISE)
    variants = otherwise & today.world.items.has_spelling[rows["item"]]
    today.plant("unit_spelling", int(variants.sum()))
    today.touch(rows["item"], rows["location"])
    return today.insert(
        "sd3010",
        {
            "kind": np.full(count, kind),
            "item": rows["item"],
            "location": rows["location"],
            "other": rows.get("other", np.full(count, NOWHERE)),
            "quantity": rows["quantity"],
            "place": rows.get("place", np.full(count, NOWHERE)),
            "work_order": rows.get("work_order", np.full(count, NOWHERE)),
            "day": rows.get("day", np.full(count, today.number)),
            "document": rows["document"] if "document" in rows else today.next_numbers("document", count),
            "reversed": rows.get("reversed", np.zeros(count, np.int64)),
            "spelling": variants.astype(np.int64),
            "cost": rows.get("cost", cost_of(today, rows["item"], rows["quantity"])),
            "sequence": today.next_numbers("sequence", count),
        },
    )


def cost_of(today: Today, items: np.ndarray, quantity: np.ndarray) -> np.ndarray:
    """BRL at today's average cost."""
    return np.round(today.state.average_cost[items] * quantity / 100, 2)
